"""Facts that are read in part are those of the whole, whatever is read first."""

from __future__ import annotations

import random

import pytest

from cds_service.model.facts import Facts
from tests.builders import anorectal_with_bone_and_inguinal, orders, proximal_rectal_with_para_aortic, request
from tests.builders.clock import AS_OF
from tests.builders.run import record_of

pytestmark = pytest.mark.no_cover
ANORECTAL = anorectal_with_bone_and_inguinal()
PROXIMAL = proximal_rectal_with_para_aortic()
CALLS = {
    "anorectal, view": request(ANORECTAL),
    "anorectal, sign": request(ANORECTAL, "order-sign", orders(ANORECTAL.id).surgery("inguinal-dissection")),
    "proximal, view": request(PROXIMAL),
    "nothing came": request(PROXIMAL) | {"prefetch": {"conditions": None}},
}


def everything(facts):
    """All that facts say, in their order."""
    return (facts, list(facts.evidence.items()), facts.unknown, facts.conflicts, facts.issues)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", CALLS)
def test_a_part_says_what_the_whole_says_and_changes_nothing_of_it(knowledge, name, seed):
    engine, record = knowledge.facts_engine, record_of(knowledge, CALLS[name])
    whole = engine.build(record, AS_OF)
    some = random.Random(seed).sample(sorted(engine.model.declarations), seed)
    build = engine.begin(record, AS_OF)

    part = build.facts(some)
    asked = [(path, part.value(path), part.evidence_of(path), path in part.weak) for path in some]

    assert asked == [(path, whole.value(path), whole.evidence_of(path), path in whole.weak) for path in some]
    assert everything(build.whole()) == everything(whole)
    assert [(path, part.value(path), part.evidence_of(path), path in part.weak) for path in some] == asked


def test_a_part_is_no_more_than_what_it_rests_on(knowledge):
    record = record_of(knowledge, CALLS["anorectal, view"])
    part = knowledge.facts_engine.begin(record, AS_OF).facts(["patient.age"])

    assert set(part.tree) == {"patient"}
    assert part.unknown
    assert part.evidence == {}


@pytest.mark.parametrize("name", CALLS)
def test_what_is_worked_out_for_one_path_is_what_is_worked_out_for_all(knowledge, name):
    facts = knowledge.facts_engine.build(record_of(knowledge, CALLS[name]), AS_OF)
    every = Facts(evidence=dict(facts.evidence))

    for path in knowledge.facts_engine.model.declarations:
        assert facts.evidence_of_elements(path) == every.evidence_of_elements(path)
        assert facts.evidence_of(path) == every.evidence_of(path)
