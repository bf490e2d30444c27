"""Draft orders as clients write them: in R5's shape, selected by bare id, with several operations in one code."""

import pytest

from tests.builders import orders, patient, request
from tests.builders.answer import answer_to, ask
from tests.builders.codes import INGREDIENTS, RADIOTHERAPY, RXNORM, SNOMED, SURGERY, body_site, coding, concept, snomed
from tests.builders.expect import differences
from tests.builders.tables import PROXIMAL, rows

KRAS = patient().rectum().metastasis("liver").kras("mutated")
CETUXIMAB = concept(RXNORM, INGREDIENTS["cetuximab"], "cetuximab")
CONTAINED = {"contained": [{"resourceType": "Medication", "id": "med", "code": CETUXIMAB}]}
LAR = snomed(SURGERY["lar"])


@pytest.mark.parametrize(
    ("record", "draft", "cards", "why"),
    rows(
        (KRAS, orders().drug("cetuximab"), "+anti-egfr-kras-mutated=critical", "R4"),
        (KRAS, orders().add("MedicationRequest", medication={"concept": CETUXIMAB}), "+anti-egfr-kras-mutated=critical", "R5: a concept"),
        (
            KRAS,
            orders().add("MedicationRequest", medication={"reference": {"reference": "#med"}}, **CONTAINED),
            "+anti-egfr-kras-mutated=critical",
            "R5: a reference",
        ),
        (PROXIMAL, orders("proximal").add("ServiceRequest", code={"concept": LAR}), "+surgery-before-response=warning", "R5: the code"),
        (
            PROXIMAL,
            orders("proximal").add(
                "ServiceRequest",
                code={"concept": snomed(RADIOTHERAPY)},
                bodySite=[body_site("12921003")],
                reason=[{"concept": concept(SNOMED, "373808002")}],
            ),
            "+preop-chemoradiation-stage-iv=critical",
            "R5: the intent as a reason",
        ),
        (
            PROXIMAL,
            orders("proximal").add("ServiceRequest", code={"reference": {"reference": "PlanDefinition/x"}}),
            "none",
            "R5: no code at all",
        ),
    ),
)
def test_drafts_in_the_shape_of_r5(knowledge, record, draft, cards, why):
    assert differences(ask(knowledge, record, "order-sign", draft), {}, cards) == [], why


def test_a_draft_in_another_shape_is_reported(knowledge):
    answer = ask(knowledge, KRAS, "order-sign", orders().add("MedicationRequest", medication={"concept": CETUXIMAB}))

    assert [issue.where for issue in answer.assessment.facts.issues if issue.code == "another-version"] == ["MedicationRequest/draft-1"]


@pytest.mark.parametrize(
    ("selections", "cards", "why"),
    rows(
        (["MedicationRequest/draft-1"], "+anti-egfr-kras-mutated -surgery-before-response", "Type/id"),
        (["https://ehr.example.org/fhir/MedicationRequest/draft-1"], "+anti-egfr-kras-mutated -surgery-before-response", "absolute"),
        (["draft-1"], "+anti-egfr-kras-mutated -surgery-before-response", "the bare id"),
        (["draft-2"], "-anti-egfr-kras-mutated +surgery-before-response", "the bare id of the other"),
        (["draft-1", "ServiceRequest/draft-2"], "+anti-egfr-kras-mutated +surgery-before-response", "both"),
        (["nothing"], "+anti-egfr-kras-mutated +surgery-before-response", "none that is there: all are looked at"),
    ),
)
def test_selections(knowledge, selections, cards, why):
    drafts = orders("proximal").drug("cetuximab").surgery("lar")
    body = request(PROXIMAL.without("kras").kras("mutated"), "order-select", drafts, selections=selections)

    assert differences(answer_to(knowledge, body), {}, cards) == [], why


def test_one_order_of_several_operations(knowledge):
    """A rectal resection and a para-aortic dissection under one code: rows of either look at it."""
    both = {"coding": [coding(SNOMED, *SURGERY["inguinal-dissection"]), coding(SNOMED, *SURGERY["para-aortic-dissection"])]}
    record = PROXIMAL.metastasis("inguinal-node")
    answer = ask(knowledge, record, "order-sign", orders("proximal").service(both))

    assert differences(answer, {}, "+inguinal-dissection-systemic-disease +surgery-before-response") == []
    swapped = {"coding": both["coding"][::-1]}
    again = ask(knowledge, record, "order-sign", orders("proximal").service(swapped))
    assert again.codes == answer.codes
