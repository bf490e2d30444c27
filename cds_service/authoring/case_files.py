"""Whether every recommendation is proved by cases: patients for whom it fires, does not fire, and stays open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from cds_service.authoring.material import Material, recommendations
from cds_service.cases.load import load_cases
from cds_service.cases.load_phrases import FOLDER, load_phrases
from cds_service.documents import Unreadable, read_yaml
from cds_service.errors import ContentError
from cds_service.plans.problems import Problems

NEEDED: Mapping[str, int] = {"expect": 2, "absent": 2, "unknown": 1}
_WORDS = {"expect": "in which it fires", "absent": "in which it does not", "unknown": "in which it stays unknown"}


def check_cases(material: Material, problems: Problems) -> None:
    """Report recommendations without a file of cases or with too few of a kind, and files of cases of no recommendation."""
    codes: dict[Path, str] = {}
    for plan in material.topics:
        for action in recommendations(plan):
            path = (material.folder / plan.file).parent / "cases" / f"{action['id']}.yaml"
            codes[path] = str(action["id"])
            _check_file(path, codes[path], material, problems)
    for path in sorted(material.folder.glob("*/cases/*.yaml")):
        if path not in codes:
            problems.at(material.name(path)).add("belongs to no recommendation of its topic", "name the file after one, or remove it")


def check_sentences(material: Material, problems: Problems) -> None:
    """Report what the cases say that is not understood: sentences, hooks, codes, statements. It takes phrases to read them with."""
    if not (material.folder / FOLDER).is_dir():
        return
    try:
        load_cases(material.folder, material.knowledge, load_phrases(material.folder))
    except ContentError as error:
        for problem in error.problems:
            problems.add(problem)


def _check_file(path: Path, code: str, material: Material, problems: Problems) -> None:
    place = problems.at(material.name(path))
    needed = _needed_of(code, material)
    if not path.is_file():
        place.add("is missing", f"write the cases of {code}: {_needed(needed)}")
        return
    found = counts(path, code)
    few = {kind: number for kind, number in needed.items() if found[kind] < number}
    if few:
        have = ", ".join(f"{found[kind]} {_WORDS[kind]}" for kind in few)
        place.child("cases").add(f"has only {have}", f"write at least {_needed(few)}")


def _needed_of(code: str, material: Material) -> Mapping[str, int]:
    """How many cases of each kind; none that stays open where every criterion of its own is always known."""
    criteria = [criterion for _, action in material.appearances(code) for criterion in action.reasons]
    is_known = bool(criteria) and all(criterion.expression.type.known for criterion in criteria)
    return {kind: number for kind, number in NEEDED.items() if not (is_known and kind == "unknown")}


def counts(path: Path, code: str) -> Counter[str]:
    """How many cases of a file expect a recommendation, expect that it is absent, or that it stays unknown."""
    try:
        file = read_yaml(path)
    except Unreadable:
        return Counter()  # what is wrong with the file, its own loader says
    return Counter(kind for case in _cases(file) for kind in NEEDED if code in _named(case.get(kind)))


def _named(codes: object) -> Collection[Any]:
    """The codes of a list or mapping, or the one that stands alone."""
    return codes if isinstance(codes, (list, Mapping)) else (codes,)


def _cases(file: object) -> Iterator[Mapping[str, Any]]:
    cases = file.get("cases") if isinstance(file, Mapping) else None
    for case in cases if isinstance(cases, list) else ():
        if isinstance(case, Mapping):
            yield case


def _needed(kinds: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {_WORDS[kind]}" for kind, number in kinds.items())
