"""What became of each statement, and how it is told."""

import json

import pytest

from cds_service.fhirpath import compile_expression
from cds_service.model.assessment import Citation
from cds_service.plans.compiled import CompiledAction, Criterion, Template
from cds_service.trace.render import as_json, as_markdown, as_text, summary
from cds_service.trace.statements import Statement
from cds_service.trace.table import ShownBy, trace_statements

WET = Criterion("The soil is wet", compile_expression("true", variables={}))


def action(code, *cited):
    return CompiledAction(
        code=code,
        system="urn:garden",
        file="garden.json",
        plan="https://example.org/PlanDefinition/garden",
        plan_title="Garden",
        version="1",
        reviewed=False,
        hooks=("patient-view",),
        criteria=(WET,),
        title=code,
        description=Template(),
        text=Template(),
        priority="routine",
        citations=tuple(Citation(label, "p. 1", None, "book") for label in cited),
    )


def statement(name, group="book", **fields):
    return Statement(id=name, group=group, says=f"{name} says.", **fields)


REGISTER = {
    item.id: item
    for item in (
        statement("B-1", reference="2"),
        statement("B-2"),
        statement("B-3"),
        statement("B-4", every_card="tests/test_a.py::test_b"),
        statement("T1", "tensions", between=("B-1", "B-2")),
    )
}
ACTIONS = [action("water", "B-1", "T1"), action("shade", "B-1", "B-2")]


def table(*cases, actions=ACTIONS):
    return trace_statements(REGISTER, actions, [ShownBy(name=name, recommendation=code, statements=shown) for name, code, shown in cases])


def test_a_statement_needs_a_recommendation_and_a_case_or_a_test():
    found = table(("water/dry", "water", ("B-1",)), ("water/both", "water", ("T1", "B-1")))

    assert {row.statement.id: row.lacks for row in found.rows} == {
        "B-1": None,
        "B-2": "no case shows it",
        "B-3": "no recommendation cites it",
        "B-4": None,  # a property of every card
        "T1": None,
    }
    assert found.counts() == {"statements": (2, 4), "tensions": (1, 1)}
    assert [row.statement.id for row in found.gaps] == ["B-2", "B-3"]


def test_cases_count_for_the_recommendation_of_their_file():
    found = table(("water/dry", "water", ("B-1",)), ("shade/noon", "shade", ("B-1", "B-2")))
    row = found.rows[0]

    assert [(item.code, item.plan, item.criteria, item.cases) for item in row.citing] == [
        ("water", "garden", ("The soil is wet",), ("water/dry",)),
        ("shade", "garden", ("The soil is wet",), ("shade/noon",)),
    ]
    assert row.cases == ("water/dry", "shade/noon")


@pytest.mark.parametrize(
    ("case", "actions", "stray"),
    [
        (("water/dry", "water", ("B-9",)), ACTIONS, "case water/dry names B-9, which the register does not hold"),
        (("water/dry", "water", ("B-2",)), ACTIONS, "case water/dry names B-2, which water does not cite"),
        (("water/dry", "water", ()), [action("water", "B-8")], "water cites B-8, which the register does not hold"),
    ],
)
def test_what_leads_nowhere_is_told(case, actions, stray):
    assert table(case, actions=actions).strays == (stray,)


def test_the_same_is_told_in_three_ways():
    found = table(("water/dry", "water", ("B-1",)), ("water/odd", "water", ("B-9",)))
    text, markdown, data = as_text(found), as_markdown(found), as_json(found)

    assert summary(found) == "statements 2/4, tensions 0/1"
    assert text.splitlines()[:4] == ["B-1 [2]  B-1 says.", "    garden / water", "        if the soil is wet", "        cases: dry"]
    assert "MISSING  B-3: no recommendation cites it" in text
    assert "STRAY    case water/odd names B-9" in text
    assert text.endswith(summary(found))
    assert "| B-1 | B-1 says. | `water`: dry<br>`shade`: - |" in markdown
    assert "| B-4 | B-4 says. | every card: `tests/test_a.py::test_b` |" in markdown
    assert "### water\n\n- The soil is wet" in markdown
    assert data["summary"] == {"statements": {"covered": 2, "total": 4}, "tensions": {"covered": 0, "total": 1}}
    assert data["statements"][0] == {
        "id": "B-1",
        "source": "book",
        "says": "B-1 says.",
        "reference": "2",
        "recommendations": [
            {"code": "water", "plan": "garden", "criteria": ["The soil is wet"], "cases": ["water/dry"]},
            {"code": "shade", "plan": "garden", "criteria": ["The soil is wet"], "cases": []},
        ],
    }
    json.dumps(data)
