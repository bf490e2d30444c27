"""What is not answered is unknown, not absent: keys that are missing, in error or cut short.

A 'none documented' row falls silent; a claim stays; nothing becomes critical.
"""

from __future__ import annotations

import pytest

from cds_service.errors import DataUnavailable
from tests.builders import anorectal_with_bone_and_inguinal, days_before, orders, proximal_rectal_with_para_aortic, request
from tests.builders.answer import answer_to
from tests.builders.codes import FOLFOX
from tests.builders.tables import settled

ANORECTAL = anorectal_with_bone_and_inguinal()
PROXIMAL = proximal_rectal_with_para_aortic()
TREATED = PROXIMAL.regimen(FOLFOX, start=days_before(33))
NO_CT = PROXIMAL.without("ct-chest-abdomen-pelvis")
NO_KRAS = PROXIMAL.without("kras")
OPTIONAL = ("staging", "clinical", "molecular", "procedures", "administrations", "medications", "reports", "referrals")
ERROR = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}


def p():
    return orders(PROXIMAL.id)


def lose(body, key, how):
    """The same call with one key not answered."""
    prefetch = dict(body["prefetch"])
    if how == "absent":
        del prefetch[key]
    elif how == "error":
        prefetch[key] = ERROR
    else:
        prefetch[key] = prefetch[key] | {"link": [{"relation": "next", "url": "https://ehr.example.org/fhir?page=2"}]}
    return body | {"prefetch": prefetch}


ROWS = [
    ("reports", NO_CT, p().drug(*FOLFOX), set(), "CT not found means nothing when the reports did not come"),
    ("molecular", NO_KRAS, p().drug("cetuximab"), set(), "KRAS not found means nothing when the results did not come"),
    ("clinical", TREATED, p().surgery("lar"), set(), "nor does a response that was not found"),
    (
        "procedures",
        PROXIMAL.without("metastasis-para-aortic-node", "stage-group", "cM", "para-aortic-node-count"),
        p().radiotherapy("pelvis", "neoadjuvant"),
        set(),
        "nor does a resection that was not found",
    ),
    (
        "clinical",
        PROXIMAL,
        p().radiotherapy("pelvis", "curative"),
        {"preop-chemoradiation-stage-iv", "preop-radiotherapy-proximal"},
        "a claim stays, as a warning",
    ),
]


@pytest.mark.parametrize("how", ["absent", "error", "partial"])
@pytest.mark.parametrize(("key", "record", "drafts", "codes", "why"), ROWS, ids=[row[-1] for row in ROWS])
def test_an_order_with_one_key_not_answered(knowledge, how, key, record, drafts, codes, why):
    answer = answer_to(knowledge, lose(request(settled(record), "order-sign", drafts), key, how))

    assert answer.codes == codes, why
    assert "critical" not in answer.indicators.values()


MUTATED = PROXIMAL.without("kras").kras("mutated")
PROGRESSED = TREATED.response("PD", days_before(3))


@pytest.mark.parametrize(
    ("code", "record", "drafts", "key"),
    [
        pytest.param("anti-egfr-kras-mutated", MUTATED, p().drug("cetuximab"), "molecular", id="another result may disagree"),
        pytest.param("surgery-after-progression", PROGRESSED, p().surgery("lar"), "clinical", id="a response may be later"),
        pytest.param("surgery-after-progression", PROGRESSED, p().surgery("lar"), "administrations", id="a treatment may be later"),
        pytest.param("surgery-after-progression", PROGRESSED, p().surgery("lar"), "medications", id="a prescription may be later"),
        pytest.param("surgery-after-progression", PROGRESSED, p().surgery("lar"), "conditions", id="an obstruction may be on record"),
        pytest.param(
            "preop-chemoradiation-stage-iv", PROXIMAL, p().radiotherapy("pelvis", "curative"), "conditions", id="idem, before radiotherapy"
        ),
    ],
)
def test_nothing_is_critical_while_a_page_is_missing(knowledge, code, record, drafts, key):
    """R7: what decides may stand on the page that did not come."""
    body = request(settled(record), "order-sign", drafts)

    assert answer_to(knowledge, body).indicators[code] == "critical"
    assert answer_to(knowledge, lose(body, key, "partial")).indicators[code] == "warning"


@pytest.mark.parametrize("key", ["medications", "administrations"])
@pytest.mark.parametrize("how", ["absent", "error", "partial"])
def test_no_first_line_is_shown_when_treatments_did_not_come(knowledge, key, how):
    for record in (ANORECTAL, PROXIMAL):
        answer = answer_to(knowledge, lose(request(record), key, how))

        assert not answer.codes & {"sources-differ-first-line", "systemic-therapy-first-line"}
        assert "staging-summary" in answer.codes


@pytest.mark.parametrize("how", ["absent", "error"])
def test_without_conditions_there_is_no_answer(knowledge, how):
    with pytest.raises(DataUnavailable):
        answer_to(knowledge, lose(request(PROXIMAL), "conditions", how))


def test_a_record_without_any_data_has_no_card(knowledge):
    body = request(PROXIMAL)

    answer = answer_to(knowledge, body | {"prefetch": dict.fromkeys(body["prefetch"])})

    assert not answer.cards


@pytest.mark.parametrize(
    "key", ["staging", "clinical", "molecular", "procedures", "administrations", "medications", "reports", "referrals"]
)
def test_null_and_empty_are_the_same_known_nothing(knowledge, key):
    body = request(PROXIMAL)
    empty = {"resourceType": "Bundle", "type": "searchset", "total": 0}

    null, nothing = (answer_to(knowledge, body | {"prefetch": body["prefetch"] | {key: value}}) for value in (None, empty))

    assert null.cards == nothing.cards


@pytest.mark.parametrize(
    "key", ["staging", "clinical", "molecular", "procedures", "administrations", "medications", "reports", "referrals"]
)
def test_what_did_not_come_is_known_to_be_missing(knowledge, key):
    answer = answer_to(knowledge, lose(request(PROXIMAL), key, "absent"))

    assert answer.assessment.facts.value("record.complete") is False
    assert key in answer.assessment.facts.value("record.unavailable")
