"""Invariant 4: taking one resource away never makes the service say more, except where the contract means it to.

For every situation and every resource of it: without that resource there is no new recommendation and no new ``critical``,
save ``data-needed`` and the pairs of :data:`PERMITTED`. Each pair names the kind of fact that it rests on; a pair that nothing
needs any more fails too, so the table stays true.
"""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.builders import Orders, Patient
from tests.builders.answer import ask
from tests.builders.situations import SITUATIONS

pytestmark = pytest.mark.no_cover  # many calls along the same lines: tracing them would take most of the time
NONE_DOCUMENTED = "a 'none documented' fact (closedWorld): without the resource, none is"
LATER = "a later result, which outweighed an earlier one"
CONFLICT = "a result that conflicted with another"
EMERGENCY = "an emergency of the primary, which outranked sequence (R14)"
ELSEWHERE = "another primary, to which the metastasis might have belonged"
BETTER = "a better-placed record of the same thing"
OUTRANKED = "a finding on which another row rested that takes the place of this one"
COMPANY = "information that never has a card of its own: without the resource there is a card on which it stands"

#: (resource taken away, what is new) -> why that is right
PERMITTED = {
    ("kras", "anti-egfr-kras-unknown"): NONE_DOCUMENTED,
    ("kras", "anti-egfr-kras-mutated"): CONFLICT,
    ("kras", "critical anti-egfr-kras-mutated"): CONFLICT,
    ("ct-chest-abdomen-pelvis", "staging-imaging-missing"): NONE_DOCUMENTED,
    ("ct-order", "staging-imaging-missing"): NONE_DOCUMENTED,
    ("ecog", "performance-status-missing"): NONE_DOCUMENTED,
    ("ecog", "multidisciplinary-not-documented"): COMPANY,
    ("kras", "multidisciplinary-not-documented"): COMPANY,
    ("ct-chest-abdomen-pelvis", "multidisciplinary-not-documented"): COMPANY,
    ("ct-order", "multidisciplinary-not-documented"): COMPANY,
    ("metastasis-bone", "inguinal-dissection-asymptomatic"): NONE_DOCUMENTED,
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
    ("primary", "outside-sources"): ELSEWHERE,
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


@pytest.fixture(scope="module")
def news(knowledge):
    """Situation -> (resource taken away, what is new without it), over every resource of the situation; asked once for each."""
    known = {(name, hook): (record, hook, drafts) for name, record, hook, drafts in SITUATIONS}
    return cache(lambda name, hook: frozenset(_news(knowledge, *known[name, hook])))


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
    assert news(name, hook) - PERMITTED.keys() == set()


def test_every_permitted_pair_is_needed(news):
    assert PERMITTED.keys() - set().union(*(news(name, hook) for name, _, hook, _ in SITUATIONS)) == set()
