"""Invariant 4: taking one resource away never makes the service say more, except where the contract means it to.

For every situation and every resource of it: without that resource there is no new recommendation and no new ``critical``,
save ``data-needed`` and the pairs of :data:`PERMITTED`. Each pair names the kind of fact that it rests on; a pair that nothing
needs any more fails too, so the table stays true.
"""

from __future__ import annotations

import re

import pytest

from tests.builders import (
    Orders,
    Patient,
    anorectal_with_bone_and_inguinal,
    days_before,
    orders,
    patient,
    proximal_rectal_with_para_aortic,
)
from tests.builders.answer import ask
from tests.builders.codes import CISPLATIN_FU, CT_ORDER, FOLFOX, concept

ANORECTAL = anorectal_with_bone_and_inguinal()
PROXIMAL = proximal_rectal_with_para_aortic()
TREATED = PROXIMAL.regimen(FOLFOX, start=days_before(33))
ADULT_WITH_LIVER = patient().rectum(onset=days_before(200)).metastasis("liver")

NONE_DOCUMENTED = "a 'none documented' fact (closedWorld): without the resource, none is"
LATER = "a later result, which outweighed an earlier one"
CONFLICT = "a result that conflicted with another"
EMERGENCY = "an emergency of the primary, which outranked sequence (R14)"
ELSEWHERE = "another primary, to which the metastasis might have belonged"
BETTER = "a better-placed record of the same thing"
OUTRANKED = "a finding on which another row rested that takes the place of this one"

#: (resource taken away, what is new) -> why that is right
PERMITTED = {
    ("kras", "anti-egfr-kras-unknown"): NONE_DOCUMENTED,
    ("kras", "anti-egfr-kras-mutated"): CONFLICT,
    ("kras", "critical anti-egfr-kras-mutated"): CONFLICT,
    ("ct-chest-abdomen-pelvis", "staging-imaging-missing"): NONE_DOCUMENTED,
    ("ct-order", "staging-imaging-missing"): NONE_DOCUMENTED,
    ("capecitabine", "systemic-therapy-first-line"): NONE_DOCUMENTED,
    ("cisplatin", "sources-differ-first-line"): NONE_DOCUMENTED,
    ("response", "surgery-before-response"): NONE_DOCUMENTED,
    ("response", "critical preop-chemoradiation-stage-iv"): NONE_DOCUMENTED,
    ("response", "para-aortic-dissection-evidence"): LATER,
    ("metastasis-liver", "para-aortic-surgery-candidacy"): NONE_DOCUMENTED,
    ("lar", "preop-radiotherapy-proximal"): NONE_DOCUMENTED,
    ("tumor-board", "multidisciplinary-review"): NONE_DOCUMENTED,
    ("obstruction", "critical surgery-after-progression"): EMERGENCY,
    ("obstruction", "critical preop-chemoradiation-stage-iv"): EMERGENCY,
    ("primary", "bone-management"): ELSEWHERE,
    ("primary", "systemic-therapy-first-line"): ELSEWHERE,
    ("primary", "multidisciplinary-review"): ELSEWHERE,
    ("metastasis-para-aortic-node", "nodes-ambiguous"): BETTER,
    ("cM", "stage-inconsistency"): LATER,
    ("primary", "staging-summary"): ELSEWHERE,
    # Source 1 no longer applies, so the two sources no longer differ: source 2 is shown alone.
    ("local-recurrence", "systemic-therapy-first-line"): OUTRANKED,
    ("metastasis-bone", "systemic-therapy-first-line"): OUTRANKED,
    ("metastasis-inguinal-node", "systemic-therapy-first-line"): OUTRANKED,
    # The first evidence of stage IV is now later than the treatment, which then counts as given before it (R11).
    ("metastasis-para-aortic-node", "systemic-therapy-first-line"): NONE_DOCUMENTED,
}


def a() -> Orders:
    return orders(ANORECTAL.id)


def p() -> Orders:
    return orders(PROXIMAL.id)


def situations():
    """Every situation: (name, patient, hook, drafts)."""
    views = {
        "source 1": ANORECTAL,
        "source 2": PROXIMAL,
        "source 1, discussed": ANORECTAL.tumor_board(),
        "source 2, treated and discussed": TREATED.response("PR", days_before(3)).tumor_board(),
        "one line of one drug": PROXIMAL.regimen(["capecitabine"], start=days_before(20)),
        "a line of cisplatin alone": ANORECTAL.regimen(["cisplatin"], start=days_before(20)),
        "para-aortic and liver": PROXIMAL.metastasis("liver"),
        "a node code that says nothing, and one that does": patient().rectum().metastasis("node").metastasis("para-aortic-node"),
        "M0, later M1": ADULT_WITH_LIVER.tnm("c", None, None, "0", on=days_before(30)).tnm("c", None, None, "1", on=days_before(20)),
        "rectum, bone and inguinal, no local recurrence": patient()
        .rectum()
        .metastasis("bone")
        .metastasis("inguinal-node")
        .local_recurrence(present=False, on=days_before(20)),
        "two primaries": patient().rectum().metastasis("bone").primary("breast", None),
        "pathological fracture": patient().rectum().metastasis("bone", body_site="71341001").bone_event("pathological-fracture"),
        "unrelated": PROXIMAL.unrelated(),
    }
    yield from ((name, record, "patient-view", None) for name, record in views.items())
    for hook in ("order-select", "order-sign"):
        yield from ((name, record, hook, drafts) for name, record, drafts in _order_situations())


def _order_situations():
    yield "inguinal dissection", ANORECTAL, a().surgery("inguinal-dissection")
    yield "cetuximab, wild type", ANORECTAL, a().drug("cetuximab")
    yield "first line", ANORECTAL, a().drug(*CISPLATIN_FU)
    yield "cetuximab, results differ", PROXIMAL.kras("mutated", days_before(2)), p().drug("cetuximab")
    yield "resection", PROXIMAL, p().surgery("lar")
    yield "resection after response", TREATED.response("PR", days_before(3)), p().surgery("tme")
    yield (
        "dissection after response and progression",
        (TREATED.response("PR", days_before(9)).response("PD", days_before(2))),
        p().surgery("para-aortic-dissection"),
    )
    yield (
        "resection after progression, obstructed",
        (TREATED.without("obstruction").symptom("obstruction").response("PD", days_before(2))),
        p().surgery("lar"),
    )
    yield "neoadjuvant radiotherapy", PROXIMAL, p().radiotherapy("pelvis", "curative")
    yield "radiotherapy after response", TREATED.response("PR", days_before(2)), p().radiotherapy("pelvis", "curative")
    yield "radiotherapy, obstructed", PROXIMAL.without("obstruction").symptom("obstruction"), p().radiotherapy("pelvis", "curative")
    yield (
        "radiotherapy after resection",
        patient().rectum().distance(14).surgery("lar", on=days_before(20)),
        (orders().radiotherapy("pelvis", "neoadjuvant")),
    )
    yield (
        "first line, CT ordered",
        PROXIMAL.without("ct-chest-abdomen-pelvis").referral("ct-order", concept(*CT_ORDER), on=days_before(1)),
        (p().drug(*FOLFOX)),
    )
    yield "PET-CT", PROXIMAL, p().imaging("pet-ct")


SITUATIONS = list(situations())


@pytest.fixture(scope="module")
def news(knowledge):
    """Situation -> (resource taken away, what is new without it), over every resource of the situation."""
    return {(name, hook): set(_news(knowledge, record, hook, drafts)) for name, record, hook, drafts in SITUATIONS}


def _news(knowledge, record: Patient, hook: str, drafts: Orders | None):
    before = ask(knowledge, record, hook, drafts)
    for resource in record.resources:
        after = ask(knowledge, record.without(resource["id"]), hook, drafts)
        kind = re.sub(r"-\d+$", "", resource["id"])
        yield from ((kind, code) for code in after.codes - before.codes - {"data-needed"})
        yield from ((kind, f"critical {code}") for code in _critical(after) - _critical(before))


def _critical(answer) -> set[str]:
    return {code for code, indicator in answer.indicators.items() if indicator == "critical"}


@pytest.mark.parametrize(("name", "hook"), [(row[0], row[2]) for row in SITUATIONS])
def test_without_one_resource_nothing_new_is_said(news, name, hook):
    assert news[name, hook] - PERMITTED.keys() == set()


def test_every_permitted_pair_is_needed(news):
    assert PERMITTED.keys() - set().union(*news.values()) == set()
