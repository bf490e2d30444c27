"""Content that is bad: every way has its own problem, with file, element and remedy, and all are reported together."""

from __future__ import annotations

import json

import pytest

from cds_service.fhirpath import Type
from cds_service.model.declaration import Askable, FactModel
from cds_service.plans.content import read_content
from cds_service.plans.load import warnings
from cds_service.plans.overrides import load_override_reasons
from cds_service.plans.parameters import parse_parameters
from cds_service.plans.problems import Problems
from cds_service.plans.validate import validate_resources
from tests.unit.plans.world import (
    ACTIVITIES,
    BASE,
    LIBRARY,
    MODEL,
    PARAMETERS,
    activity,
    as_one,
    compiled,
    condition,
    create,
    declaration,
    dynamic,
    extension,
    only_with,
    plan,
    regimen,
    row,
    section,
    service,
    statement,
    verification,
    withdraw,
)


def without(element, name):
    return {key: value for key, value in element.items() if key != name}


GOOD = row("a", "%facts.ripe")
PERSON = [{"name": "Dr. A"}]
LITERATURE = without(statement("T01"), "resource") | {"type": "citation"}
FHIRPATH = {"language": "text/fhirpath", "description": "d"}


def problems_of(folder, *resources, **more):
    _, found = compiled(folder, *resources, **more)
    for problem in found.found:
        assert problem.file, problem
        assert problem.element, problem
        assert problem.remedy, problem
    return [f"{problem.element}: {problem.problem}" for problem in found.found]


def test_good_content_has_no_problems(tmp_path):
    assert problems_of(tmp_path, plan("topic", [GOOD]), service("topic")) == []


#: comment | the recommendation | a piece of the problem
ROWS = [
    ("an unknown path", row("a", "%facts.rype"), "`rype` is not a member of %facts"),
    ("an unknown function", row("a", "%facts.ripe.matches('x')"), "matches() is not covered"),
    ("an unknown variable", row("a", "%context.x"), "%context is not a variable"),
    ("a code that the fact cannot have", row("a", "%facts.colour = 'blue'"), "'blue' is not among the codes"),
    ("a recommendation that does not exist", row("a", "'b' in %fired"), "'b' is not among the codes"),
    ("a fact that is never asked for", row("a", "'pests' in %needed"), "'pests' is not among the codes"),
    ("unknown turned into no", row("a", "%facts.leaves.exists()"), 'turn "unknown" into "no"'),
    ("the same in a suggestion", row("a", "%facts.ripe", action=[create("s", "%facts.ripe.exists()")]), 'turn "unknown" into "no"'),
    ("no condition but a value", row("a", "%facts.size"), "is not a condition"),
    ("a list as a condition", row("a", "%facts.leaves.torn"), "is not a condition"),
    (
        "an expression in another language",
        row("a", condition("x") | {"expression": {**FHIRPATH, "language": "text/cql"}}),
        "is not text/fhirpath",
    ),
    ("no expression", row("a", {"kind": "applicability"}), "condition[0].expression: is missing"),
    (
        "an empty expression",
        row("a", {"kind": "applicability", "expression": {**FHIRPATH, "expression": " "}}),
        "expression.expression: is missing",
    ),
    (
        "a criterion without description",
        row("a", {"kind": "applicability", "expression": {"language": "text/fhirpath", "expression": "%facts.ripe"}}),
        "description: is missing",
    ),
    ("a start condition", row("a", condition("%facts.ripe") | {"kind": "start"}), "kind: is not applicability"),
    ("an unknown priority", row("a", "%facts.ripe", priority="high"), "no known priority"),
    ("no priority", without(GOOD, "priority"), "priority: is missing"),
    ("another trigger type", GOOD | {"trigger": [{"type": "periodic", "name": "patient-view"}]}, "is not named-event"),
    ("an unknown hook", row("a", "%facts.ripe", hooks=("patient-viewed",)), "is not a hook of this service"),
    ("a hook twice", row("a", "%facts.ripe", hooks=("patient-view", "patient-view")), "'patient-view' stands twice"),
    ("no trigger", without(GOOD, "trigger"), "trigger: is missing"),
    ("a summary of 140 characters", GOOD | {"title": "x" * 140}, "has 140 characters"),
    ("no title", without(GOOD, "title"), "title: is missing"),
    ("no description", without(GOOD, "description"), "description: is missing"),
    ("no text equivalent", without(GOOD, "textEquivalent"), "textEquivalent: is missing"),
    ("no documentation", without(GOOD, "documentation"), "documentation: is missing"),
    ("no code", without(GOOD, "code"), "code: does not hold 'a'"),
    ("a code that is not the id", GOOD | {"code": row("b")["code"]}, "code: does not hold 'a'"),
    ("an id that is no code", GOOD | {"id": "A b"}, "id: is missing or no code"),
    ("an element that nothing carries out", GOOD | {"selectionBehavior": "any"}, "selectionBehavior: is not carried out"),
    ("an extension that nothing reads", GOOD | {"extension": [extension("sections-of", "b")]}, "not an extension"),
    (
        "never alone without being shown once",
        GOOD | {"extension": [{"url": f"{BASE}/StructureDefinition/never-alone", "valueCode": "info"}]},
        "only on a row that is shown once per request",
    ),
    (
        "never alone with an indicator that is none",
        GOOD | {"extension": [{"url": f"{BASE}/StructureDefinition/never-alone", "valueCode": "mild"}]},
        "'mild' is no indicator",
    ),
    ("a host that does not exist", GOOD | {"extension": [extension("section-of", "b")]}, "'b' is no recommendation"),
    ("a citation without statement", GOOD | {"documentation": [without(statement("S1-01"), "label")]}, "label: is missing"),
    ("a citation without words", GOOD | {"documentation": [without(statement("S1-01"), "citation")]}, "citation: is missing"),
    ("a statement without paraphrase", GOOD | {"documentation": [without(statement("S1-01"), "display")]}, "display: is missing"),
    ("a statement without source", GOOD | {"documentation": [without(statement("S1-01"), "resource")]}, "resource: is missing"),
    ("an unknown source", GOOD | {"documentation": [statement("S1-01", "atlas")]}, "is not a source document"),
    ("an unknown relation", GOOD | {"documentation": [statement("S1-01") | {"type": "source"}]}, "is no relation of R4"),
    ("an address without https", GOOD | {"documentation": [statement("S1-01") | {"url": "http://x.example"}]}, "is not an https address"),
    ("a source statement without state", GOOD | {"documentation": [without(statement("S1-01"), "extension")]}, "verification]: is missing"),
    ("literature without state", GOOD | {"documentation": [without(LITERATURE, "extension")]}, "verification]: is missing"),
    (
        "a comparison with an address but no state",
        GOOD | {"documentation": [without(LITERATURE, "extension") | {"type": "justification", "url": "https://x.example"}]},
        "verification]: is missing",
    ),
    (
        "a state that is none",
        GOOD | {"documentation": [LITERATURE | {"extension": [verification("seen")]}]},
        "verification]: is no verification state",
    ),
    (
        "two states",
        GOOD | {"documentation": [LITERATURE | {"extension": [verification(), verification("probable")]}]},
        "verification]: is no verification state",
    ),
    (
        "an address that is only probable",
        GOOD | {"documentation": [LITERATURE | {"extension": [verification("probable")], "url": "https://x.example"}]},
        "url: is an address that nobody verified",
    ),
    (
        "another extension on a citation",
        GOOD | {"documentation": [LITERATURE | {"extension": [verification(), extension("section-of", "b")]}]},
        "not an extension",
    ),
    ("a varying element that cannot vary", GOOD | {"dynamicValue": [dynamic("id", "'x'")]}, "cannot vary"),
    ("an element that varies twice", GOOD | {"dynamicValue": [dynamic("title", "'x'"), dynamic("title", "'y'")]}, "varies twice"),
    ("a title that is a number", GOOD | {"dynamicValue": [dynamic("title", "%facts.size")]}, "does not give one text"),
    (
        "a priority that is none",
        GOOD | {"dynamicValue": [dynamic("priority", "iif(%facts.size > 1, 'stat', 'high')")]},
        "can give the priority 'high'",
    ),
    ("a priority that could be anything", GOOD | {"dynamicValue": [dynamic("priority", "'' + %facts.note")]}, "can give the priority"),
    (
        "a priority that is higher because something is unknown",
        GOOD | {"dynamicValue": [dynamic("priority", "iif(%facts.ripe, 'routine', 'urgent')")]},
        "gives 'urgent' also where what makes it milder is unknown",
    ),
    (
        "the same deeper down",
        GOOD | {"dynamicValue": [dynamic("priority", "iif(%facts.sampled, iif(%facts.ripe, 'urgent', 'stat'), 'routine')")]},
        "gives 'stat' also where what makes it milder is unknown",
    ),
    ("unknown turned into no before implies", row("a", "%facts.leaves.exists() implies %facts.ripe"), 'turn "unknown" into "no"'),
    ("unknown turned into no after implies", row("a", "%facts.ripe implies %facts.leaves.exists().not()"), 'turn "unknown" into "no"'),
    ("unknown turned into no by a choice", row("a", "iif(%facts.ripe, %facts.edible, false)"), 'turn "unknown" into "no"'),
    ("an unknown path in a section", GOOD | {"action": [section("s", "x", "%facts.rype")]}, "`rype` is not a member"),
    ("an unknown path in a section's paragraph", GOOD | {"action": [section("s", "{{ %facts.rype }}")]}, "`rype` is not a member"),
    ("an impossible code in a section", GOOD | {"action": [section("s", "x", "%facts.colour = 'blue'")]}, "'blue' is not among the codes"),
    ("an impossible code in a suggestion", GOOD | {"action": [create("s", "%facts.colour = 'blue'")]}, "'blue' is not among the codes"),
    (
        "an impossible code in a title",
        GOOD | {"dynamicValue": [dynamic("title", "iif(%facts.colour = 'blue', 'x', 'y')")]},
        "'blue' is not among the codes",
    ),
    ("a number compared with text", row("a", "%facts.size > '5'"), "cannot be compared"),
    ("a varied title too long for a card", GOOD | {"dynamicValue": [dynamic("title", f"'{'x' * 140}'")]}, "title of more than 139"),
    ("an unknown path in a title", GOOD | {"dynamicValue": [dynamic("title", "%facts.rype")]}, "`rype` is not a member"),
    ("an unknown path in a placeholder", GOOD | {"description": "{{ %facts.rype }}"}, "`rype` is not a member"),
    ("an open placeholder", GOOD | {"description": "{{ %facts.ripe"}, "not closed or not opened"),
    ("an object in a placeholder", GOOD | {"description": "{{ %facts.leaves }}"}, "is an object, which has no words"),
    ("a child without id", GOOD | {"action": [without(section("s", "x"), "id")]}, "action[0].id: is missing"),
    ("a section without heading", GOOD | {"action": [without(section("s", "x"), "title")]}, "title: is missing"),
    ("a section without paragraph", GOOD | {"action": [without(section("s", "x"), "description")]}, "description: is missing"),
    ("two actions with one id", GOOD | {"action": [section("s", "x"), section("s", "y")]}, "'s' is the id of another action"),
    ("a suggestion without label", GOOD | {"action": [without(create("s"), "title")]}, "title: is missing"),
    ("a missing definition", GOOD | {"action": [create("s", definition="prune")]}, "ActivityDefinition/prune'"),
    ("a missing definition in a regimen", GOOD | {"action": [regimen("r", "water", "prune")]}, "ActivityDefinition/prune'"),
    (
        "a part of a regimen without definition",
        GOOD | {"action": [{"id": "r", "title": "t", "action": [{"id": "p"}]}]},
        "is not a canonical URL",
    ),
    (
        "a condition inside a regimen",
        GOOD | {"action": [{"id": "r", "title": "t", "action": [create("p", "%facts.ripe")]}]},
        "condition: is not carried",
    ),
    ("an action type that is not remove", GOOD | {"action": [withdraw("w") | {"type": {"coding": []}}]}, "type: is not remove"),
    ("an indicator that is none", GOOD | {"action": [withdraw("w") | {"extension": only_with("serious")}]}, "'serious' is no indicator"),
    ("what asks for all parts of one", GOOD | {"action": [create("s") | {"extension": as_one("water")}]}, "one action already"),
    (
        "what asks for all, undefined",
        GOOD | {"action": [regimen("r", "feed", "look") | {"extension": as_one("prune")}]},
        "ActivityDefinition/prune'",
    ),
    (
        "an extension that nothing reads there",
        GOOD | {"action": [section("s", "x") | {"extension": only_with("info")}]},
        "not an extension",
    ),
    ("withdrawing and creating at once", GOOD | {"action": [withdraw("w") | create("w")]}, "withdraws and creates at once"),
    ("a prefetch key that is none", GOOD | {"input": [{"id": "My Key", "type": "Patient"}]}, "no prefetch key"),
    ("a data requirement without type", GOOD | {"input": [{"id": "patient"}]}, "type: is missing"),
    (
        "a query for something else",
        GOOD
        | {
            "input": [
                {
                    "id": "x",
                    "type": "Condition",
                    "extension": [{"url": f"{BASE}/StructureDefinition/prefetch-query", "valueString": "Observation?a=b"}],
                }
            ]
        },
        "extension[prefetch-query]: is no query for Condition",
    ),
    ("a date filter", GOOD | {"input": [{"id": "x", "type": "Condition", "dateFilter": []}]}, "dateFilter: is not carried out"),
    (
        "a filter on another element",
        GOOD | {"input": [{"id": "x", "type": "Condition", "codeFilter": [{"path": "stage"}]}]},
        "no search parameter",
    ),
    (
        "an unknown value set",
        GOOD | {"input": [{"id": "x", "type": "Condition", "codeFilter": [{"path": "code", "valueSet": f"{BASE}/ValueSet/none"}]}]},
        "is not a value set of the content",
    ),
    ("a filter without codes", GOOD | {"input": [{"id": "x", "type": "Condition", "codeFilter": [{"path": "code"}]}]}, "lists no code"),
    (
        "one key stated in two ways",
        GOOD | {"input": [{"id": "x", "type": "Condition"}, {"id": "x", "type": "Procedure"}]},
        "'x' is stated in two different ways",
    ),
    ("eleven prefetch keys", GOOD | {"input": [{"id": f"k{n}", "type": "Condition"} for n in range(11)]}, "has 11 prefetch keys"),
]


@pytest.mark.parametrize(("comment", "action", "expected"), ROWS, ids=[item[0] for item in ROWS])
def test_a_bad_recommendation(tmp_path, comment, action, expected):
    found = problems_of(tmp_path, plan("topic", [action]), service("topic"))

    assert any(expected in problem for problem in found), (comment, found)


#: comment | the resources | a piece of the problem
FILES = [
    ("a topic that does not exist", [service("none")], "PlanDefinition/none'"),
    (
        "topics that compose each other",
        [
            plan("a", [{"id": "x", "definitionCanonical": f"{BASE}/PlanDefinition/b"}]),
            plan("b", [{"id": "y", "definitionCanonical": f"{BASE}/PlanDefinition/a"}]),
            service("a"),
        ],
        "cycle: plants -> a -> b -> a",
    ),
    ("a service that composes a service", [service("plants"), plan("topic", [GOOD])], "in a cycle"),
    (
        "a service that composes another service",
        [service("other"), service("topic", name="other"), plan("topic", [GOOD])],
        "is not of type clinical-protocol",
    ),
    ("a service without hook", [plan("topic", [GOOD]), service("topic", hooks=())], "trigger: is missing"),
    ("a service without recommendations", [plan("topic", []), service("topic")], "composes no recommendation"),
    ("a service without root", [plan("topic", [GOOD]), plan("plants", [], "eca-rule")], "has 0 root actions"),
    (
        "a root that composes nothing",
        [plan("plants", [{"id": "r", "trigger": [{"type": "named-event", "name": "patient-view"}]}], "eca-rule")],
        "composes nothing",
    ),
    ("a topic composed twice", [plan("topic", [GOOD]), service("topic", "topic")], "'a' is composed twice"),
    ("one code in two topics", [plan("topic", [GOOD]), plan("other", [GOOD]), service("topic")], "'a' is also a recommendation of"),
    (
        "a section that is a host",
        [
            plan("topic", [GOOD | {"extension": [extension("section-of", "b")]}, row("b", extension=[extension("section-of", "a")])]),
            service("topic"),
        ],
        "is itself a section",
    ),
    (
        "rows that wait for each other",
        [plan("topic", [row("a", "'b' in %fired"), row("b", "'a' in %fired")]), service("topic")],
        "wait for each other",
    ),
    ("no kind of plan", [plan("topic", [GOOD], "order-set")], "is neither a service nor a topic plan"),
    ("a plan without version", [without(plan("topic", [GOOD]), "version")], "version: is missing"),
    ("an unknown status", [plan("topic", [GOOD], status="done")], "status: is no publication status"),
    ("an unknown source document", [plan("topic", [GOOD], library=[f"{BASE}/Library/none"])], "library[0]: nothing in the content"),
    ("an unknown version", [plan("topic", [GOOD]), service("topic|9")], "is not among the versions of the content (0.1.0)"),
    (
        "a card limit that is none",
        [plan("topic", [GOOD]), service("topic", extension=[{"url": f"{BASE}/StructureDefinition/max-cards", "valueInteger": 0}])],
        "is no positive integer",
    ),
    ("a source without review state", [without(LIBRARY, "extension")], "extension[review-state]: is missing"),
    ("a kind of draft that is not supported", [activity("water", "CommunicationRequest")], "kind: is not a kind of draft"),
    ("a draft with a dose", [activity("feed", "MedicationRequest", dosage=[{"text": "a lot"}])], "dosage: is not carried over"),
    ("a draft for nothing", [without(activity("water"), "code")], "code: is missing"),
    ("a draft without title", [without(activity("water"), "title")], "title: is missing"),
    ("an order instead of a proposal", [activity("water", intent="order")], "intent: is not proposal"),
    ("an approval by nobody", [plan("topic", [GOOD], approvalDate="2026-01-01")], "approvalDate: is stated without a named reviewer"),
    ("a last review by nobody", [activity("water", lastReviewDate="2026-01-01")], "lastReviewDate: is stated without a named reviewer"),
    ("a reviewer without name", [plan("topic", [GOOD], approvalDate="2026-01-01", reviewer=[{}])], "reviewer: does not say who"),
    ("a reviewer without date", [LIBRARY | {"reviewer": PERSON}], "reviewer: is stated without a date of review"),
    ("an endorser without date", [plan("topic", [GOOD], endorser=PERSON)], "endorser: is stated without a date of review"),
    ("active without approval", [plan("topic", [GOOD], status="active")], "status: is active without a named reviewer"),
    (
        "active with a last review only",
        [plan("topic", [GOOD], status="active", lastReviewDate="2026-01-01", reviewer=PERSON)],
        "status: is active without a named reviewer",
    ),
    (
        "a reference of a source without state",
        [LIBRARY | {"relatedArtifact": [{"type": "citation", "citation": "Gardener, 1999"}]}],
        "relatedArtifact[0].extension[verification]: is missing",
    ),
    (
        "an address of a source that nobody verified",
        [LIBRARY | {"relatedArtifact": [{"type": "citation", "extension": [verification("not-listed")], "url": "https://x.example"}]}],
        "relatedArtifact[0].url: is an address that nobody verified",
    ),
    ("an id that FHIR does not know", [plan("to_pic", [GOOD])], "id: is no FHIR id"),
]


@pytest.mark.parametrize(("comment", "resources", "expected"), FILES, ids=[item[0] for item in FILES])
def test_bad_files(tmp_path, comment, resources, expected):
    found = problems_of(tmp_path, *resources)

    assert any(expected in problem for problem in found), (comment, found)


def test_everything_is_reported_at_once(tmp_path):
    bad = [row("a", "%facts.rype", priority="high"), row("b", "%facts.ripe", title="x" * 200)]

    assert len(problems_of(tmp_path, plan("topic", bad), service("topic"))) == 3


@pytest.mark.parametrize(
    ("expression", "marked", "comment"),
    [
        ("iif(%facts.ripe, 'urgent', 'routine')", False, "unknown makes it milder"),
        ("iif(%facts.sampled, 'routine', 'urgent')", False, "what decides is always known"),
        ("iif(%facts.ripe, 'routine', 'urgent')", True, "meant, and says so"),
    ],
)
def test_a_priority_may_vary_if_unknown_makes_it_milder_or_it_says_that_more_is_meant(tmp_path, expression, marked, comment):
    varied = dynamic("priority", expression)
    varied["expression"] |= {"extension": [extension("unknown-is-no", True)]} if marked else {}

    assert problems_of(tmp_path, plan("topic", [GOOD | {"dynamicValue": [varied]}]), service("topic")) == [], comment


def test_what_a_named_person_approved_on_a_day_may_be_active(tmp_path):
    approved = {"status": "active", "approvalDate": "2026-01-01", "reviewer": PERSON}

    assert problems_of(tmp_path, plan("topic", [GOOD], **approved), service("topic"), LIBRARY | approved) == []


@pytest.mark.parametrize(
    ("state", "printed"),
    [
        ("verified", "Book, reference 1: Gardener, 1999"),
        ("probable", "Book, reference 1: Gardener, 1999 (not verified)"),
        ("not-verified", "Book, reference 1: Gardener, 1999 (not verified)"),
        ("not-listed", "Book, reference 1: Gardener, 1999"),  # the citation itself says so
    ],
)
def test_cards_say_which_citation_nobody_verified(tmp_path, state, printed):
    plans, _ = compiled(
        tmp_path, plan("topic", [GOOD | {"documentation": [statement("S1-01") | {"extension": [verification(state)]}]}]), service("topic")
    )

    assert [item.citation for item in plans.recommendations[0].citations] == [printed]


def test_a_problem_tells_file_element_and_remedy(tmp_path):
    _, found = compiled(tmp_path, plan("topic", [row("a", "%facts.rype")]), service("topic"))

    (problem,) = found.found
    assert problem.file == "PlanDefinition-topic.json"
    assert problem.element == "action[a].condition[0].expression.expression"
    assert "%facts.rype" in problem.problem
    assert "ripe" in problem.remedy


def test_a_duplicate_service_at_one_hook_is_refused_and_at_two_hooks_is_not(tmp_path):
    second = plan("topic", [row("a", "%facts.ripe", hooks=("patient-view", "order-sign"))])

    assert problems_of(tmp_path, second, service("topic", hooks=("patient-view", "order-sign"))) == []


def test_two_files_with_one_canonical_or_id_are_refused(tmp_path):
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "PlanDefinition-copy.json").write_text(json.dumps(plan("topic", [GOOD])), encoding="utf-8")

    found = problems_of(tmp_path, plan("topic", [GOOD]), service("topic"))

    assert any("is also the canonical of" in problem for problem in found)
    assert any("is already the id of" in problem for problem in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "is not JSON (line 1)"),
        ("[]", "is not a JSON object"),
        ('{"a": 1, "a": 2}', "the key 'a' stands twice"),
        ("\udcff", "is not JSON"),
    ],
)
def test_files_that_cannot_be_read(tmp_path, text, expected):
    (tmp_path / "broken.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    problems = Problems()

    read_content(tmp_path, problems)

    assert any(expected in problem.problem for problem in problems.found)


#: comment | the parameter | a piece of the problem
PARAMETER_ROWS = [
    ("no object", 5, "is not an object"),
    ("no name", {"type": "integer", "value": 1, "title": "t", "source": "assumption"}, "name: is missing"),
    ("an unknown type", {"name": "x", "type": "number", "value": 1, "title": "t", "source": "assumption"}, "none of the types"),
    (
        "a value of another type",
        {"name": "x", "type": "integer", "value": "1", "title": "t", "source": "assumption"},
        "is not of type integer",
    ),
    (
        "a boolean is no integer",
        {"name": "x", "type": "integer", "value": True, "title": "t", "source": "assumption"},
        "is not of type integer",
    ),
    (
        "a number is no boolean",
        {"name": "x", "type": "boolean", "value": 1, "title": "t", "source": "assumption"},
        "is not of type boolean",
    ),
    ("an empty list", {"name": "x", "type": "code", "value": [], "title": "t", "source": "assumption"}, "is not of type code"),
    ("no title", {"name": "x", "type": "integer", "value": 1, "source": "assumption"}, "title: is missing"),
    ("no source", {"name": "x", "type": "integer", "value": 1, "title": "t"}, "neither a statement id nor"),
    (
        "a unit that is no text",
        {"name": "x", "type": "integer", "value": 1, "title": "t", "source": "S1-01", "unit": 5},
        "unit: is not text",
    ),
    ("a name that is taken", PARAMETERS["parameters"][0], "'maxSize' is already a parameter"),
]


@pytest.mark.parametrize(("comment", "item", "expected"), PARAMETER_ROWS, ids=[item[0] for item in PARAMETER_ROWS])
def test_bad_parameters(tmp_path, comment, item, expected):
    parameters = {"parameters": [*PARAMETERS["parameters"], item]}

    found = problems_of(tmp_path, plan("topic", [GOOD]), service("topic"), parameters=parameters)

    assert any(expected in problem for problem in found), (comment, found)


def test_parameters_that_are_no_list(tmp_path):
    assert any("is not a list" in problem for problem in problems_of(tmp_path, plan("topic", [GOOD]), parameters={"parameters": {}}))


def test_parameters_are_read_from_every_folder(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        item = {"name": f"{name}Size", "type": "decimal", "value": 1.5, "title": "t", "source": "assumption"}
        (tmp_path / name / "parameters.json").write_text(json.dumps({"parameters": [item]}), encoding="utf-8")
    problems = Problems()

    assert set(parse_parameters(list(read_content(tmp_path, problems).parameters), problems)) == {"oneSize", "twoSize"}
    assert problems.found == ()


def test_a_disabled_recommendation_is_not_evaluated_and_an_unknown_one_is_refused(tmp_path):
    plans, problems = compiled(
        tmp_path, plan("topic", [GOOD, row("b", "%facts.ripe")]), service("topic"), disabled=frozenset({"a", "nothing"})
    )

    assert [action.code for action in plans.services[("plants", "patient-view")].actions] == ["b"]
    assert [problem.problem for problem in problems.found] == ["'nothing' is no recommendation of the content"]


@pytest.mark.parametrize(("unless", "expected"), [("%facts.nothing", "`nothing` is not a member"), ("%facts.size", "is not a condition")])
def test_a_bad_test_of_being_on_its_way(tmp_path, unless, expected):
    declarations = {**MODEL.declarations, "size": declaration("size", "decimal", "Size", askable=Askable(name="size", unless=unless))}
    model = FactModel(declarations=declarations, root=MODEL.root)

    assert any(expected in problem for problem in problems_of(tmp_path, plan("topic", [GOOD]), service("topic"), model=model))


def test_warnings_name_unverified_facts_and_assumptions(tmp_path):
    compiled(tmp_path, plan("topic", [GOOD]), service("topic"))
    model = FactModel(declarations={"x": declaration("x", "boolean", "X", unverified="no verified code")}, root=Type("object"))

    found = warnings(model, parse_parameters(list(read_content(tmp_path, Problems()).parameters), Problems()))

    assert found == (
        "x: no verified code",
        "parameter maxSize (Largest size) is an assumption: 5.5 cm",
    )


def test_the_fhir_models_find_what_our_own_checks_leave_to_them_and_echo_nothing(tmp_path):
    broken = plan("topic", [GOOD], experimental="my secret")
    compiled(tmp_path, broken, service("topic"))
    problems = Problems()

    validate_resources(tmp_path, read_content(tmp_path, Problems()), problems, known={})

    assert [problem.element for problem in problems.found] == ["experimental"]
    assert "secret" not in str(problems.found[0])


def test_this_world_is_valid_fhir(tmp_path):
    action = row(
        "a",
        "%facts.ripe",
        action=[section("s", "x"), create("c"), regimen("r", "feed", "look"), withdraw("w")],
        dynamicValue=[dynamic("title", "'x'")],
    )
    compiled(tmp_path, plan("topic", [action]), service("topic"), *ACTIVITIES)
    problems = Problems()

    validate_resources(tmp_path, read_content(tmp_path, Problems()), problems, known={})

    assert problems.found == ()


def test_override_reasons_need_system_code_and_display(tmp_path):
    (tmp_path / "terminology").mkdir()
    file = tmp_path / "terminology" / "ValueSet-override-reason.json"
    problems = Problems()
    assert load_override_reasons(tmp_path, problems) == ()

    include = [{"system": "urn:reasons", "concept": [{"code": "no", "display": "No"}, {"code": "bare"}]}]
    file.write_text(json.dumps({"resourceType": "ValueSet", "compose": {"include": include}}), encoding="utf-8")

    assert load_override_reasons(tmp_path, problems) == ({"system": "urn:reasons", "code": "no", "display": "No"},)
    assert [problem.problem for problem in problems.found] == ["lacks a system, code or display"]
