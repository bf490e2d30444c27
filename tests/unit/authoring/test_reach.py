"""What can never be shown is refused: one broken copy of sound content for each way."""

from __future__ import annotations

import json

import pytest

from cds_service.authoring.reach import check_reach
from tests.builders import plants
from tests.unit.authoring import sound
from tests.unit.authoring.sound import edit, write_sound
from tests.unit.plans import world

FACTS = (
    plants.FACTS
    + """
  - path: soil
    reader: latest-code
    type: code
    values: [sand, clay]
    title: soil
    options: {codes: soil-tests, map: soil, target: soil}
  - reader: latest-quantity
    options: {codes: soil-tests, units: {cm: 1}, range: [0, 9], gives: {value: depth}}
    gives:
      - {path: depth, type: decimal, range: [0, 9], title: depth}
  - path: orders
    reader: orders
    options: {of: drafts, keys: [conditions], kinds: {else: other}}
    gives:
      - path: orders
        type: object
        many: true
        title: orders
        known: true
        members:
          - {path: tags, type: code, many: true, values: [wet, deep], title: tags}
          - {path: kind, type: code, values: [other, water], title: kind}
          - {path: reference, type: string, internal: true}
"""
)


def problems(folder):
    return sound.problems(folder, check_reach)


@pytest.fixture
def content(tmp_path):
    folder = write_sound(tmp_path / "content")
    terms = {"resourceType": "CodeSystem", "id": "soil", "url": f"{world.BASE}/CodeSystem/soil", "status": "draft", "content": "complete"}
    terms["concept"] = [{"code": "sand", "display": "sand"}, {"code": "clay", "display": "clay"}]
    tests = {"resourceType": "ValueSet", "id": "soil-tests", "url": f"{world.BASE}/ValueSet/soil-tests", "status": "draft"}
    tests["compose"] = {"include": [{"system": plants.SYSTEM, "concept": [{"code": "soil"}]}]}
    group = {"source": plants.SYSTEM, "target": terms["url"]}
    group["element"] = [{"code": "s", "target": [{"code": "sand", "equivalence": "equivalent"}]}]
    soil = {"resourceType": "ConceptMap", "id": "soil", "url": f"{world.BASE}/ConceptMap/soil", "status": "draft", "group": [group]}
    for resource in (terms, tests, soil):
        (folder / "terminology" / f"{resource['resourceType']}-{resource['id']}.json").write_text(json.dumps(resource), encoding="utf-8")
    (folder / "facts" / "plants.yaml").write_text(FACTS, encoding="utf-8")
    return folder


def change(folder, **row):
    edit(folder / "watering" / "PlanDefinition-topic.json", lambda plan: plan["action"][0].update(row))
    return folder


def conditions(*texts):
    return {"condition": [world.condition(text, unknown_is_no="iif(" in text) for text in texts]}


def test_sound_content_has_no_problem(content):
    assert problems(content) == []


IMPOSSIBLE = [
    ("one code, two values", ("%facts.soil = 'sand'", "%facts.soil = 'clay'"), "condition[1]: contradicts"),
    ("the same in one condition", ("%facts.soil = 'sand' and %facts.soil = 'clay'",), "condition[0]: can never be true"),
    ("every value excluded", ("%facts.soil != 'sand'", "%facts.soil != 'clay'"), "condition[1]: contradicts"),
    ("yes and no", ("%facts.dry", "%facts.dry.not()"), "condition[1]: contradicts"),
    ("yes and no, as a comparison", ("%facts.dry", "%facts.dry = false"), "condition[1]: contradicts"),
    ("a number above and below", ("%facts.depth > 5", "%facts.depth < 3"), "condition[1]: contradicts"),
    ("a number at a limit that neither includes", ("%facts.depth > 5 and 5 >= %facts.depth",), "condition[0]: can never be true"),
    ("certain and not certain", ("%facts.dry", "iif(%facts.dry, false, true)"), "condition[1]: contradicts"),
    ("the unless of an or", ("%facts.dry or %facts.soil = 'sand'", "iif(%facts.dry, false, true)", "%facts.soil = 'clay'"), "condition[2]"),
    ("implied and denied", ("%facts.dry", "%facts.dry implies %facts.soil = 'sand'", "%facts.soil = 'clay'"), "condition[2]: contradicts"),
    ("a number above its range", ("%facts.depth > 9",), "condition[0]: can never be true"),
    ("a number below its range", ("%facts.depth < 0",), "condition[0]: can never be true"),
    ("a number outside its range", ("%facts.depth = 12",), "condition[0]: can never be true"),
    ("a list of an order where there is none", ("%order.tags contains 'wet'",), "condition[0]: can never be true"),
    ("the same, asked the other way", ("'wet' in %order.tags",), "condition[0]: can never be true"),
    ("never", ("false",), "condition[0]: can never be true: false"),
    ("another hook", ("%hook.name = 'order-sign'",), "condition[0]: can never be true"),
    ("an order where there is none", ("%order.kind = 'water'",), "condition[0]: can never be true"),
]


@pytest.mark.parametrize(("comment", "texts", "expected"), IMPOSSIBLE, ids=[item[0] for item in IMPOSSIBLE])
def test_a_recommendation_that_never_fires(content, comment, texts, expected):
    [found] = problems(change(content, **conditions(*texts)))

    assert found.startswith("watering/PlanDefinition-topic.json: action[water-it]."), comment
    assert expected in found


POSSIBLE = [
    ("a number at the end of its range", ("%facts.depth >= 9",)),
    ("a list of an order does not hold it where there is none", ("(%order.tags contains 'wet').not()",)),
    ("two values of which one holds", ("%facts.soil = 'sand' or %facts.soil = 'clay'",)),
    ("one value excluded", ("%facts.soil != 'sand'", "%facts.soil = 'clay'")),
    ("a number at a limit that both include", ("%facts.depth >= 5", "%facts.depth <= 5")),
    ("unknown is not yes", ("iif(%facts.dry, false, true)", "%facts.soil = 'sand'")),
    ("unknown is neither", ("iif(%facts.dry, false, true)", "iif(%facts.dry.not(), false, true)")),
    ("no order, and no need of one", ("iif(%order.kind = 'water', false, true)", "%facts.dry")),
    ("a list with two members", ("'a' in %hook.selections", "'b' in %hook.selections")),
    ("numbers compared with each other", ("%facts.depth > %facts.patient.age", "%facts.depth < 3")),
    ("an implication that does not apply", ("%facts.dry implies %facts.soil = 'sand'", "%facts.soil = 'clay'")),
]


@pytest.mark.parametrize(("comment", "texts"), POSSIBLE, ids=[item[0] for item in POSSIBLE])
def test_a_recommendation_that_can_fire_is_left_alone(content, comment, texts):
    assert problems(change(content, **conditions(*texts))) == [], comment


def test_a_priority_that_is_never_critical(content):
    [found] = problems(change(content, priority="stat"))
    assert "action[water-it].priority: 'stat' is critical at order-sign alone" in found


def test_a_section_that_never_shows(content):
    dead = world.section("dead", "x", "%facts.soil = 'clay'")
    offered = [world.regimen("all", "water", "feed"), world.create("look", definition="look")]

    [found] = problems(change(content, **conditions("%facts.soil = 'sand'"), action=[*offered, dead]))

    assert found.startswith("watering/PlanDefinition-topic.json: action[water-it].action[dead].condition: can never be true where")


LOOK = world.create("s", definition="look")
OFFERS = [
    ("an indicator that the priority does not give", LOOK | {"extension": world.only_with("warning")}, "'warning'"),
    ("critical away from signing", LOOK | {"extension": world.only_with("critical")}, "'critical'"),
    ("a withdrawal where there is no order", world.withdraw("s"), "withdraws an order, and is never looked at where there is one"),
]  # fmt: skip


@pytest.mark.parametrize(("comment", "offer", "expected"), OFFERS, ids=[item[0] for item in OFFERS])
def test_a_suggestion_that_is_never_offered(content, comment, offer, expected):
    offered = [world.regimen("all", "water", "feed"), world.create("look", definition="look")]

    [found] = problems(change(content, action=[*offered, offer]))

    assert "action[water-it].action[s]" in found, comment
    assert expected in found


def test_critical_is_possible_at_signing_if_the_priority_can_vary_to_it(content):
    offer = world.create("look", definition="look") | {"extension": world.only_with("critical")}
    dynamic = [world.dynamic("priority", "iif(%order.kind = 'water', 'stat', 'routine')")]
    edit(
        content / "PlanDefinition-plants.json",
        lambda plan: plan["action"][0]["trigger"].append({"type": "named-event", "name": "order-sign"}),
    )
    hooks = [{"type": "named-event", "name": "order-sign"}]

    assert problems(change(content, trigger=hooks, dynamicValue=dynamic, action=[world.regimen("all", "water", "feed"), offer])) == []


def test_a_hook_that_no_service_of_the_topic_answers(content):
    hooks = [{"type": "named-event", "name": name} for name in ("patient-view", "order-sign")]

    assert problems(change(content, trigger=hooks)) == [
        "watering/PlanDefinition-topic.json: action[water-it].trigger[1]: no service that composes this topic answers order-sign"
    ]


def test_a_topic_that_no_service_composes(content):
    other = world.plan("other", [world.row("prune-it", "%facts.dry")])
    (content / "watering" / "PlanDefinition-other.json").write_text(json.dumps(other), encoding="utf-8")

    found = problems(content)

    assert "watering/PlanDefinition-other.json: (file): is composed by no service at a hook of its recommendations" in found


def test_what_can_never_be_true_at_one_of_two_hooks_says_at_which(content):
    hooks = [{"type": "named-event", "name": name} for name in ("patient-view", "order-sign")]
    edit(content / "PlanDefinition-plants.json", lambda plan: plan["action"][0].update(trigger=hooks))

    [found] = problems(change(content, trigger=hooks, **conditions("%order.kind = 'water'")))

    assert found.endswith("condition[0]: can never be true: %order.kind = 'water' (at patient-view)")


def test_a_topic_without_recommendations(content):
    (content / "watering" / "PlanDefinition-other.json").write_text(json.dumps(world.plan("other", [])), encoding="utf-8")

    assert problems(content) == ["watering/PlanDefinition-other.json: (file): has no recommendation"]


def test_a_host_that_is_never_looked_at_beside_its_section(content):
    hooks = [{"type": "named-event", "name": "order-sign"}]
    rows = [world.row("host", "%facts.dry", trigger=hooks)]

    def add(plan):
        plan["action"] += rows
        plan["action"][0]["extension"] = [world.extension("section-of", "host")]

    edit(content / "watering" / "PlanDefinition-topic.json", add)
    gardens = world.service("topic", hooks=("order-sign",), name="gardens")
    (content / "PlanDefinition-gardens.json").write_text(json.dumps(gardens), encoding="utf-8")

    assert "watering/PlanDefinition-topic.json: action[water-it].extension[section-of]: 'host' is never looked at beside it" in problems(
        content
    )


def test_waiting_for_a_recommendation_of_another_hook(content):
    hooks = [{"type": "named-event", "name": "order-sign"}]
    edit(
        content / "watering" / "PlanDefinition-topic.json",
        lambda plan: plan["action"].append(world.row("host", "%facts.dry", trigger=hooks)),
    )
    gardens = world.service("topic", hooks=("order-sign",), name="gardens")
    (content / "PlanDefinition-gardens.json").write_text(json.dumps(gardens), encoding="utf-8")

    found = problems(change(content, **conditions("'host' in %fired")))

    assert any("action[water-it].condition[0]: can never be true: 'host' in %fired" in item for item in found)


@pytest.mark.parametrize(
    ("entry", "element"),
    [
        (
            "  - {path: never, type: boolean, title: never, expression: \"%facts.soil = 'sand' and %facts.soil = 'clay'\"}\n",
            "never.expression",
        ),
        ("checks:\n  - {path: soil, why: w, expression: '%facts.dry and %facts.dry = false'}\n", "checks[0] (soil)"),
    ],
)
def test_a_derived_fact_or_a_test_that_never_holds(content, entry, element):
    (content / "facts" / "plants.yaml").write_text(FACTS + entry, encoding="utf-8")

    [found] = problems(content)

    assert element in found
    assert found.endswith("can never be true")
