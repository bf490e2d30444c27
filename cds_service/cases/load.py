"""Loading and checking the cases of a content folder: ``<topic>/cases/<recommendation>.yaml``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from cds_service.cases.load_phrases import sentences_of
from cds_service.cases.model import Case, Expected
from cds_service.cases.people import drafts_of, record_of
from cds_service.cases.phrases import Phrasebook
from cds_service.cases.reading import mapping, read_file, text, texts, yaml_files
from cds_service.cases.request import USERS, Delivery, Undeliverable, hook_request
from cds_service.cases.sentences import SentenceError
from cds_service.cases.site import site_of
from cds_service.errors import ContentError
from cds_service.knowledge import Knowledge
from cds_service.plans.compiled import INDICATORS, ORDER_HOOKS, CompiledAction
from cds_service.plans.problems import Place, Problems
from cds_service.plans.service import Service

_FILE = ("recommendation", "cases", "survivors")  # survivors: what the mutation check reads
_CASE = (
    "id", "why", "statements", "patient", "hook", "drafts", "expect", "absent", "unknown", "cards", "not-received", "truncated",
    "site", "user",
)  # fmt: skip
_EXPECTED = ("indicator", "sections", "suggestions", "title")
_VIEW = "patient-view"


@dataclass(frozen=True, slots=True)
class _World:
    """What cases are checked against."""

    knowledge: Knowledge
    book: Phrasebook
    actions: Mapping[str, tuple[CompiledAction, ...]]

    def service(self, hook: str) -> Service | None:
        return self.knowledge.service(None, hook)


def load_cases(content_dir: Path, knowledge: Knowledge, book: Phrasebook) -> tuple[Case, ...]:
    """Every case, in the order of the files. Raises :class:`ContentError` with every problem found."""
    problems = Problems()
    actions: dict[str, tuple[CompiledAction, ...]] = {}
    for service in knowledge.services.values():
        for action in service.actions:
            actions[action.code] = (*actions.get(action.code, ()), action)
    world = _World(knowledge, book, actions)
    cases: list[Case] = []
    for path in yaml_files(content_dir.glob("*/cases/*"), content_dir, problems):
        cases += _file(path, problems.at(path.relative_to(content_dir).as_posix()), world)
    if problems.found:
        raise ContentError(problems.found)
    return tuple(cases)


def _file(path: Path, place: Place, world: _World) -> Iterator[Case]:
    entry = read_file(path, place, _FILE)
    code = text(entry.get("recommendation"), place.child("recommendation"), required=True)
    if code and path.stem != code:
        place.child("recommendation").add(f"is '{code}', but the file is named {path.name}", "name the file after its recommendation")
    _known(code, world.actions, place.child("recommendation"), "recommendation")
    items = entry.get("cases")
    if not isinstance(items, list) or not items:
        place.child("cases").add("is not a list of cases", "write '- id: ...' for each")
        return
    taken: set[str] = set()
    for number, item in enumerate(items):
        at = place.child(f"cases[{number}]")
        case = _case(item, at, code, world)
        if case is None:
            continue
        if case.id in taken:
            at.child("id").add(f"'{case.id}' is the id of another case of the file", "give every case its own id")
        taken.add(case.id)
        yield case


def _case(item: Any, place: Place, code: str, world: _World) -> Case | None:
    entry = mapping(item, place, _CASE)
    hook = text(entry.get("hook", _VIEW), place.child("hook")) or _VIEW
    service = world.service(hook)
    if service is None:
        hooks = ", ".join(sorted({name for _, name in world.knowledge.services}))
        place.child("hook").add(f"no service answers '{hook}'", f"use one of: {hooks}")
        return None
    name = text(entry.get("id"), place.child("id"), required=True)
    request = _request(entry, place, service, f"{code}/{name}", world)
    expect = tuple(_expectations(entry.get("expect", {}), place.child("expect"), world))
    absent = _codes(entry.get("absent"), place.child("absent"), world)
    unknown = _codes(entry.get("unknown"), place.child("unknown"), world)
    cards = entry.get("cards")
    if cards is not None and (isinstance(cards, bool) or not isinstance(cards, int)):
        place.child("cards").add("is not a number", "write how many cards there are")
    if not (expect or absent or unknown) and cards is None:
        place.add("expects nothing", "write expect, absent, unknown or cards")
    _check_contradictions(expect, absent, unknown, place)
    _check_statements(entry, place, code, world)
    return Case(
        id=name,
        file=place.file,
        recommendation=code,
        why=text(entry.get("why"), place.child("why"), required=True),
        statements=texts(entry.get("statements"), place.child("statements")),
        hook=hook,
        request=request,
        expect=expect,
        absent=absent,
        unknown=unknown,
        cards=cards,
        site=site_of(entry.get("site"), place.child("site"), world.knowledge),
    )


def _request(entry: Mapping[str, Any], place: Place, service: Service, name: str, world: _World) -> Mapping[str, Any]:
    """The hook call of a case; empty where its sentences are not understood, which is reported."""
    keys = {requirement.key for requirement in service.requirements}
    missing, truncated = (texts(entry.get(key), place.child(key)) for key in ("not-received", "truncated"))
    for element, named in (("not-received", missing), ("truncated", truncated)):
        for key in named:
            _known(key, keys, place.child(element), "prefetch key")
    user = text(entry.get("user", USERS[0]), place.child("user"))
    _known(user, USERS, place.child("user"), "user of a hook")
    has_drafts = bool(entry.get("drafts"))
    if has_drafts is not (service.hook in ORDER_HOOKS):
        place.child("drafts").add(
            f"are {'given' if has_drafts else 'missing'} at {service.hook}", "give drafts at order hooks, and only there"
        )
    record = _understood(lambda said: record_of(world.book, said), entry.get("patient", []), place.child("patient"))
    drafts = _understood(lambda said: drafts_of(world.book, said), entry.get("drafts", []), place.child("drafts"))
    if not record or drafts is None:
        return {}
    try:
        delivery = Delivery.of(service, world.knowledge.services.values(), world.book.arrives)
        return hook_request(name, delivery, record, drafts, missing=missing, truncated=truncated, user=user)
    except Undeliverable as error:
        place.child("patient").add(f"no prefetch key asks for {error}", "name the key that brings it under 'arrives:' in phrases/*.yaml")
        return {}


def _understood(read: Any, value: Any, place: Place) -> Any:
    """What sentences give, or ``None``. They are read together, since some build on others; the first that fails is reported."""
    sentences = list(sentences_of(value, place))
    try:
        return read(sentences)
    except SentenceError as error:
        at = next((number for number in range(len(sentences)) if _fails(read, sentences[: number + 1])), 0)
        place.child(f"[{at}]").add(str(error), error.remedy)
        return None


def _fails(read: Any, sentences: Any) -> bool:
    try:
        read(sentences)
    except SentenceError:
        return True
    return False


def _expectations(value: Any, place: Place, world: _World) -> Iterator[Expected]:
    if not isinstance(value, Mapping):
        place.add("is not a mapping", "write 'recommendation: indicator'")
        return
    for code, wanted in value.items():
        at = place.child(str(code))
        _known(str(code), world.actions, at, "recommendation")
        if isinstance(wanted, str):
            yield Expected(code=str(code), indicator=_indicator(wanted, at))
            continue
        entry = mapping(wanted, at, _EXPECTED)
        actions = world.actions.get(str(code), ())
        yield Expected(
            code=str(code),
            indicator=_indicator(entry["indicator"], at.child("indicator")) if "indicator" in entry else None,
            sections=_ids(entry, "sections", {item.id for action in actions for item in action.sections}, at),
            suggestions=_ids(entry, "suggestions", {item.id for action in actions for item in action.suggestions}, at),
            title=text(entry.get("title"), at.child("title")) or None,
        )


def _indicator(value: Any, place: Place) -> str:
    _known(str(value), set(INDICATORS.values()), place, "indicator")
    return str(value)


def _ids(entry: Mapping[str, Any], key: str, known: Collection[str], place: Place) -> frozenset[str] | None:
    if key not in entry:
        return None
    found = texts(entry[key], place.child(key))
    for name in found:
        _known(name, known, place.child(key), f"id of its {key}")
    return frozenset(found)


def _codes(value: Any, place: Place, world: _World) -> tuple[str, ...]:
    found = texts(value, place)
    for code in found:
        _known(code, world.actions, place, "recommendation")
    return found


def _known(name: str, known: Collection[str], place: Place, kind: str) -> None:
    if name in known:
        return
    near = get_close_matches(name, list(known), 1) or sorted(known)
    place.add(f"'{name}' is no {kind}", f"did you mean {near[0]}?" if len(near) == 1 else f"use one of: {', '.join(near) or 'none'}")


def _check_contradictions(expect: Iterable[Expected], absent: Iterable[str], unknown: Iterable[str], place: Place) -> None:
    """A recommendation may be expected, absent or unknown, once."""
    named = [*(item.code for item in expect), *absent, *unknown]
    for code in sorted({code for code in named if named.count(code) > 1}):
        place.add(f"names '{code}' more than once", "write it under one of expect, absent, unknown")


def _check_statements(entry: Mapping[str, Any], place: Place, code: str, world: _World) -> None:
    cited = {citation.statement for action in world.actions.get(code, ()) for citation in action.citations}
    for statement in texts(entry.get("statements"), place.child("statements")):
        if statement not in cited:
            place.child("statements").add(
                f"'{statement}' is not documented on {code}", f"add it to the recommendation, or use: {', '.join(sorted(cited))}"
            )
