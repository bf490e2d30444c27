"""Trap 14: a resource of another subject is left out and reported."""

import pytest

from cds_service.errors import WrongPatient
from tests.builders import orders, patient, request
from tests.builders.answer import answer_to, ask
from tests.builders.expect import differences
from tests.builders.tables import rows

RECORD = patient().rectum().metastasis("bone")
OTHERS = ({"reference": "Patient/somebody"}, {"reference": "https://ehr.example.org/fhir/Patient/somebody"})
OURS = (
    {"reference": "Patient/synthetic"},
    {"reference": "https://ehr.example.org/fhir/Patient/synthetic"},
    {"reference": "Patient/synthetic/_history/4"},
    None,
)


@pytest.mark.parametrize(
    ("name", "subject", "facts", "cards", "reported", "why"),
    rows(
        *(("metastasis-bone", one, {"metastases": []}, "-bone-management", True, f"a metastasis of {one['reference']}") for one in OTHERS),
        *(
            (
                "metastasis-bone",
                one,
                {"metastases[].site": ["bone"]},
                "+bone-management",
                False,
                f"a metastasis of {one and one['reference']}",
            )
            for one in OURS
        ),
        ("primary", OTHERS[0], {"primary.site": None}, "none", True, "the primary is another's"),
        ("kras", OTHERS[0], {"biomarkers.kras": "not-tested"}, "+bone-management", True, "a result is another's"),
        ("kras", {"reference": "Group/somebody"}, {"biomarkers.kras": "not-tested"}, "+bone-management", True, "of a group"),
    ),
)
def test_trap_14_subject_mismatch(knowledge, name, subject, facts, cards, reported, why):
    answer = ask(knowledge, RECORD.kras("mutated").changed(name, subject=subject))

    assert differences(answer, facts, cards) == [], why
    issues = [issue for issue in answer.assessment.facts.issues if issue.code == "another-subject"]
    assert bool(issues) is reported, why
    assert not any("somebody" in issue.text for issue in issues), "the report names nobody"


def test_trap_14_a_patient_or_a_draft_of_another_is_refused(knowledge):
    foreign = request(RECORD)
    foreign["prefetch"]["patient"]["id"] = "somebody"
    draft = request(RECORD, "order-sign", orders("somebody").drug("cetuximab"))

    for body in (foreign, draft):
        with pytest.raises(WrongPatient):
            answer_to(knowledge, body)
