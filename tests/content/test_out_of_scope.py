"""Public records of other cancers: facts without error or invention, and not one card, whatever is ordered."""

from __future__ import annotations

import json

import pytest

from tests.builders import orders
from tests.builders.codes import FOLFOX
from tests.builders.public import DATA, OUT_OF_SCOPE, files, needs_data, patients, resources
from tests.builders.run import respond_to_file

HOOKS = ("patient-view", "order-select", "order-sign")
FILES = [path for name in OUT_OF_SCOPE for path in files(name)]
PATIENTS = [(name, one) for name in ("mcode-stu4-examples", "ccrr-ig", "mii-onko-examples") for one in patients(name)]
DRAFTS = (
    orders()
    .drug(*FOLFOX, "cisplatin", "cetuximab")
    .surgery("apr")
    .surgery("inguinal-dissection")
    .surgery("para-aortic-dissection")
    .radiotherapy("pelvis", "curative")
    .imaging("pet-ct")
)

pytestmark = [needs_data, pytest.mark.no_cover]  # many calls along the same lines: tracing them would take most of the time


@pytest.fixture(scope="module")
def drafts(tmp_path_factory):
    """Orders that nearly every row looks at, of whoever the patient is."""
    anybody = [{key: value for key, value in order.items() if key != "subject"} for order in DRAFTS.resources]
    path = tmp_path_factory.mktemp("orders") / "drafts.json"
    path.write_text(json.dumps(anybody), encoding="utf-8")
    return path


@pytest.mark.parametrize(("name", "count"), OUT_OF_SCOPE.items())
def test_all_files_are_there(name, count):
    assert len(files(name)) == count


def test_all_patients_are_there():
    assert len(PATIENTS) == 9, PATIENTS


def silent(knowledge, path, drafts, patient=None):
    whole = any(one["resourceType"] == "Patient" for one in resources(path))
    for hook in HOOKS if whole else ("patient-view", "order-sign"):  # a file of one resource is no patient
        answer = respond_to_file(knowledge, path, hook, patient=patient, orders=None if hook == "patient-view" else drafts)

        assert answer.body == {"cards": []}, hook
        assert not answer.assessment.failures, hook
        assert not answer.assessment.facts.value("scope.inScope"), hook
        invents_nothing(answer.assessment.facts, path)


def invents_nothing(facts, path):
    """Nothing is said of a primary that is not there, and every fact rests on a resource of the file or on a draft."""
    assert facts.value("primary.site") is None
    assert facts.value("primary.present") is None
    assert facts.value("stage.isIV") is None
    assert facts.value("sources.one.applies") is not True
    assert facts.value("sources.two.applies") is not True
    known = {f"{one['resourceType']}/{one['id']}" for one in resources(path) if "id" in one}
    known |= {f"{one['resourceType']}/{one['id']}" for one in DRAFTS.resources}
    named = {item.reference for items in facts.evidence.values() for item in items}
    assert {reference for reference in named if "/" in reference and not reference.startswith("urn:")} <= known


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_card_for_any_file(knowledge, drafts, path):
    silent(knowledge, path, drafts)


@pytest.mark.parametrize(("name", "patient"), PATIENTS)
def test_no_card_for_any_patient(knowledge, drafts, tmp_path, name, patient):
    """All files of a data set together, one patient after the other."""
    whole = tmp_path / "all.json"
    whole.write_text(json.dumps([one for path in files(name) for one in resources(path)]), encoding="utf-8")

    silent(knowledge, whole, drafts, patient)


def test_the_orders_would_bring_cards_to_a_patient_in_scope(knowledge, drafts):
    """Else silence would prove nothing."""
    path = DATA / "eucanimage-uc45-rectal" / "UC45_2.json"

    assert respond_to_file(knowledge, path, "order-sign", orders=drafts).body["cards"]
