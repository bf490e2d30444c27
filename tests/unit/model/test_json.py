"""Facts and traces as JSON."""

from decimal import Decimal

import pytest

from cds_service.fhir.record import Issue
from cds_service.fhirpath import Temporal, Type
from cds_service.model.assessment import ActionTrace, CriterionTrace
from cds_service.model.declaration import Declaration, FactModel
from cds_service.model.facts import Conflict, Evidence, Facts, Unknown
from cds_service.model.json import facts_json, plain, trace_json

MODEL = FactModel(
    declarations={
        path: Declaration(path=path, type=Type("any"), title=path, internal=internal)
        for path, internal in {"lab.value": False, "lab.helper": True, "spots": False, "spots.site": False, "spots.rank": True}.items()
    }
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("4.90"), 4.9),
        (Decimal(5), 5),
        (Decimal("1E+3"), 1000),
        (Temporal.parse("2026-01"), "2026-01"),
        (("a", Decimal("0.5")), ["a", 0.5]),
        ({"x": (True, None)}, {"x": [True, None]}),
    ],
)
def test_values_become_plain(value, expected):
    assert plain(value) == expected
    assert type(plain(value)) is type(expected)


def test_facts_are_told_without_helpers_and_what_is_not_declared():
    facts = Facts(
        tree={"lab": {"value": Decimal("4.9"), "helper": True}, "spots": ({"site": "a", "rank": 1, "nameless": 2},), "only": {}},
        evidence={
            "lab.value": (Evidence("Observation/o1", "s|1", "2026-01-01"),),
            "lab.helper": (Evidence("Observation/o1"),),
            "spots[0].rank": (Evidence("Condition/c1"),),
            "spots[0].site": (Evidence("Condition/c1", confidence="text", explicit=False),),
        },
        unknown=(Unknown("spots", "nothing found"), Unknown("lab.helper", "no")),
        conflicts=(Conflict("lab.value", ("1", "2"), ("Observation/o1", "Observation/o2"), "differ"),),
        issues=(Issue("unreadable", "file[3]", "left out"),),
    )
    assert facts_json(facts, MODEL) == {
        "facts": {"lab": {"value": 4.9}, "spots": [{"site": "a"}]},
        "evidence": {
            "lab.value": [{"reference": "Observation/o1", "code": "s|1", "date": "2026-01-01", "confidence": "coded", "explicit": True}],
            "spots[0].site": [{"reference": "Condition/c1", "confidence": "text", "explicit": False}],
        },
        "unknown": [{"path": "spots", "why": "nothing found"}],
        "conflicts": [{"path": "lab.value", "values": ["1", "2"], "references": ["Observation/o1", "Observation/o2"], "why": "differ"}],
        "issues": [{"code": "unreadable", "where": "file[3]", "text": "left out"}],
    }


def test_an_empty_list_is_a_known_none_and_stays():
    assert facts_json(Facts(tree={"spots": ()}), MODEL)["facts"] == {"spots": []}


def test_a_trace_keeps_unknown_apart_from_no():
    trace = ActionTrace("code", "plan", "Task/t1", False, (CriterionTrace("words", "%x", None, (("x", Decimal(1)),)),))
    assert trace_json(trace) == {
        "code": "code",
        "plan": "plan",
        "order": "Task/t1",
        "fired": False,
        "criteria": [{"description": "words", "expression": "%x", "value": None, "reads": {"x": 1}}],
    }
