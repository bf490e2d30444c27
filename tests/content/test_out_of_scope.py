"""Records of other cancers: facts without error, and not one card."""

from __future__ import annotations

import pytest

from tests.builders.public import DATA, needs_data
from tests.builders.run import respond_to_file

MCODE = sorted((DATA / "mcode-stu4-examples").glob("*.json"))
WHOLE_RECORDS = [
    DATA / "mcode-pathways-demo" / "Maryam.json",
    DATA / "inferno-ccrr" / "cancer_bundle_patient_86.json",
    *sorted((DATA / "mcode-ctms").glob("*.json")),
    *(path for path in sorted((DATA / "ccrr-ig").glob("*.json")) if "plandefinition" not in path.name),
]

pytestmark = needs_data


def test_all_mcode_examples_are_there():
    assert len(MCODE) == 179


@pytest.mark.parametrize("path", [*MCODE, *WHOLE_RECORDS], ids=lambda path: path.stem)
def test_no_card_and_no_failure(knowledge, path):
    answer = respond_to_file(knowledge, path)

    assert answer.body == {"cards": []}
    assert not answer.assessment.failures
    assert not answer.assessment.facts.value("scope.inScope")


def test_the_registry_record_is_read_in_full(knowledge):
    """Remission, a generic code with a body site, a stage IIIC beside a brain metastasis: breast, so nothing is attributed to us."""
    facts = respond_to_file(knowledge, DATA / "inferno-ccrr" / "cancer_bundle_patient_86.json").assessment.facts

    assert facts.value("primary.site") is None
    assert facts.value("sources.one.applies") is not True
    assert facts.value("sources.two.applies") is not True
