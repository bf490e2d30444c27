"""What a topic's README tells a clinician, held against its PlanDefinition: nothing may be missing, nothing stale."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from cds_service.knowledge import shipped_content

HEADINGS = ["Rationale", "Scope", "Recommendations", "Exclusions", "Tensions", "Parameters", "Evidence", "Review"]
TOPICS = ["cancer-staging", "source-reconciliation", "metastatic-anorectal", "rectal-para-aortic"]


def plan(topic: str) -> dict[str, Any]:
    return json.loads((shipped_content() / topic / f"PlanDefinition-{topic}.json").read_text(encoding="utf-8"))


def sections(topic: str) -> dict[str, str]:
    text = (shipped_content() / topic / "README.md").read_text(encoding="utf-8")
    _, *parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def rows(topic: str) -> dict[str, list[str]]:
    """The table of recommendations: code -> the other cells."""
    lines = [line for line in sections(topic)["Recommendations"].splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {code.strip("`"): others for code, *others in cells}


def cited(topic: str) -> set[str]:
    return {entry["label"] for action in plan(topic)["action"] for entry in action["documentation"]}


def named(text: str, mark: str) -> Iterator[str]:
    """``S1-04 to S1-07`` -> the four of them."""
    for first, last in re.findall(rf"({mark}\d\d)(?: to ({mark}\d\d))?", text):
        yield from (f"{first[:-2]}{number:02}" for number in range(int(first[-2:]), int((last or first)[-2:]) + 1))


def test_every_topic_is_looked_at():
    assert {path.parent.name for path in shipped_content().glob("*/PlanDefinition-*.json")} == {*TOPICS, "services"}


@pytest.mark.parametrize("topic", TOPICS)
def test_the_same_headings_in_the_same_order(topic):
    found = sections(topic)
    assert list(found) == HEADINGS
    assert [heading for heading, text in found.items() if len(text.strip()) < 40] == []


@pytest.mark.parametrize("topic", TOPICS)
def test_every_recommendation_has_its_row_and_every_row_a_recommendation(topic):
    actions = {action["id"]: action for action in plan(topic)["action"]}
    assert rows(topic).keys() == actions.keys()
    for code, (hooks, *_, said) in rows(topic).items():
        assert hooks.split(", ") == [trigger["name"] for trigger in actions[code]["trigger"]], code
        assert said, code


#: the priority that an action may end up with | the word that its row must say
LEVELS = [("routine", "info"), ("urgent", "warning"), ("stat", "critical")]


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize(("priority", "word"), LEVELS)
def test_a_row_names_every_level_that_its_recommendation_can_have(topic, priority, word):
    for action in plan(topic)["action"]:
        dynamic = [item["expression"]["expression"] for item in action.get("dynamicValue", ()) if item["path"] == "action.priority"]
        possible = set(re.findall(r"'(routine|urgent|stat)'", " ".join(dynamic))) or {action["priority"]}
        level = rows(topic)[action["id"]][2]
        assert (priority in possible) == (word in level), action["id"]


@pytest.mark.parametrize("topic", TOPICS)
def test_every_parameter_that_the_topic_reads_is_told(topic):
    read = set(re.findall(r"%parameters\.(\w+)", json.dumps(plan(topic))))
    own = shipped_content() / topic / "parameters.json"
    values = [shipped_content() / "facts" / "parameters.json", *([own] if own.exists() else [])]
    declared = {item["name"]: item for path in values for item in json.loads(path.read_text(encoding="utf-8"))["parameters"]}
    told = {
        name: line for line in sections(topic)["Parameters"].splitlines() for name in re.findall(r"`(\w+)`", line) if line.startswith("|")
    }
    assert read - told.keys() == set()
    assert told.keys() - declared.keys() == set()
    for name, line in told.items():
        value, source = declared[name]["value"], declared[name]["source"]
        assert source in line, f"{name} comes from {source}"
        assert not isinstance(value, (int, float)) or isinstance(value, bool) or re.search(rf"\b{value:g}\b", line), f"{name} is {value}"


@pytest.mark.parametrize("topic", TOPICS)
def test_every_tension_that_a_recommendation_handles_is_told(topic):
    assert {label for label in cited(topic) if label.startswith("T")} - set(named(sections(topic)["Tensions"], "T")) == set()


@pytest.mark.parametrize("topic", TOPICS)
def test_the_evidence_lists_exactly_the_statements_that_are_cited(topic):
    evidence = sections(topic)["Evidence"].split("\n\n- ")[0]
    assert set(named(evidence, r"S[12]-")) == {label for label in cited(topic) if label.startswith("S")}


@pytest.mark.parametrize("topic", TOPICS)
def test_the_review_state_is_that_of_the_plan(topic):
    assert ("not yet been reviewed by a clinician" in sections(topic)["Review"]) == ("approvalDate" not in plan(topic))
