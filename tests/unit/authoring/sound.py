"""A small content about plants in which nothing is wrong, so that each test breaks exactly one thing in a copy of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cds_service.authoring import Examination, Material, examine
from cds_service.authoring.examine import CHECKS, Check
from cds_service.served import load_content
from tests.builders import plants
from tests.unit.plans import world

CODES = {
    "resourceType": "CodeSystem",
    "id": "recommendation",
    "url": f"{world.BASE}/CodeSystem/recommendation",
    "version": "0.1.0",
    "status": "draft",
    "content": "complete",
    "concept": [{"code": "water-it", "display": "Water it"}],
}
CASES = """\
recommendation: water-it
cases:
  - {id: a, expect: {water-it: info}}
  - {id: b, expect: {water-it: info}}
  - {id: c, absent: [water-it]}
  - {id: d, absent: [water-it]}
  - {id: e, unknown: [water-it]}
"""
README = "# Watering\n\n## Why\n\nSee [the rest](#why), [the plan](PlanDefinition-topic.json) and [a book](https://example.org/book).\n"


def write_sound(folder: Path, **row: Any) -> Path:
    """Content with one recommendation that offers everything there is, proved by cases and described by a README."""
    offered = [world.regimen("all", "water", "feed") | {"extension": world.as_one("water")}, world.create("look", definition="look")]
    alive = world.condition("iif(%facts.patient.deceased, false, true)", unknown_is_no=True)
    content = plants.write_content(folder, **{"action": offered, "condition": [alive, world.condition("%facts.dry")]} | row)
    (content / "terminology" / "CodeSystem-recommendation.json").write_text(json.dumps(CODES), encoding="utf-8")
    topic = content / "watering"
    (topic / "cases").mkdir(parents=True)
    (content / "PlanDefinition-topic.json").rename(topic / "PlanDefinition-topic.json")
    (topic / "README.md").write_text(README, encoding="utf-8")
    (topic / "cases" / "water-it.yaml").write_text(CASES, encoding="utf-8")
    return content


def edit(path: Path, change: Callable[[Any], Any]) -> None:
    """Change a JSON file in place."""
    value = json.loads(path.read_text(encoding="utf-8"))
    change(value)
    path.write_text(json.dumps(value), encoding="utf-8")


def examined(folder: Path, *checks: Check) -> Examination:
    """What is found in a folder that loads, by some checks or by every one there is."""
    return examine(Material(folder, load_content(folder, unfinished=True)), checks or CHECKS)


def problems(folder: Path, *checks: Check) -> list[str]:
    """Every problem as ``file: element: problem``; each must name a remedy."""
    found = examined(folder, *checks).problems
    assert all(item.remedy for item in found)
    return [f"{item.file}: {item.element}: {item.problem}" for item in found]
