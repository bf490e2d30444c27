"""Loading and checking ``phrases/*.yaml``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from cds_service.cases.days import Timing, timing_of
from cds_service.cases.patterns import BUILT_IN, Pattern, Row, compile_pattern, example_of, faults_of, slots_of
from cds_service.cases.people import LeaveOut, record_of
from cds_service.cases.phrases import DRAFTS, RECORD, Modifier, Person, Phrase, Phrasebook
from cds_service.cases.reading import mapping, read_file, text, texts, yaml_files
from cds_service.cases.sentences import SentenceError, read_sentence
from cds_service.cases.templates import placeholders
from cds_service.errors import ContentError
from cds_service.plans.problems import Place, Problems

FOLDER = "phrases"
_FILE = ("as-of", "patient", "arrives", "defaults", "tables", "phrases", "drafts", "modifiers", "patients", "burden")
_PHRASE = ("say", "gives", "means", "when", "note")
_MODIFIER = ("say", "of", "sets", "adds", "note")
_SCOPE = frozenset({"date", "instant", "start", "end", "today", "patient"})


@dataclass(slots=True)
class _Draft:
    """The phrasebook while it is gathered: each entry with its place."""

    problems: Problems = field(default_factory=Problems)
    once: dict[str, tuple[Any, Place]] = field(default_factory=dict)
    defaults: dict[str, dict[str, Any]] = field(default_factory=dict)
    arrives: dict[str, str] = field(default_factory=dict)
    tables: dict[str, dict[str, tuple[Row, ...]]] = field(default_factory=dict)
    entries: dict[str, list[tuple[Any, Place]]] = field(default_factory=dict)
    people: dict[str, tuple[Any, Place]] = field(default_factory=dict)
    burden: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)


def load_phrases(content_dir: Path) -> Phrasebook:
    """The phrases of a content folder. Raises :class:`ContentError` with every problem found."""
    draft = _Draft()
    for path in yaml_files((content_dir / FOLDER).glob("*"), content_dir, draft.problems):
        place = draft.problems.at(path.relative_to(content_dir).as_posix())
        _gather(draft, read_file(path, place, _FILE), place)
    missing = draft.problems.at(FOLDER)
    as_of = _as_of(draft, missing)
    patient = draft.once.get("patient", ({}, missing))[0]
    if not isinstance(patient, Mapping) or patient.get("resourceType") != "Patient" or not patient.get("id"):
        draft.once.get("patient", (None, missing))[1].add("no Patient with an id is declared", "write it under 'patient:'")
    if draft.problems.found:
        raise ContentError(draft.problems.found)
    book = _book(draft, as_of, patient)
    if not draft.problems.found:
        _try(book, draft)
    if draft.problems.found:
        raise ContentError(draft.problems.found)
    return book


def _as_of(draft: _Draft, missing: Place) -> date:
    written, place = draft.once.get("as-of", (None, missing))
    try:
        return date.fromisoformat(str(written))
    except ValueError:
        place.add("no day is declared that all cases are judged on", "write 'as-of: 2026-11-21' in one file")
        return date.min


def _gather(draft: _Draft, file: Mapping[str, Any], place: Place) -> None:
    for name in ("as-of", "patient"):
        if name in file and name in draft.once:
            place.child(name).add("is declared in another file too", "keep one")
        elif name in file:
            draft.once[name] = (file[name], place.child(name))
    draft.arrives.update(_named(file, "arrives", place))
    for use, types in _named(file, "defaults", place).items():
        if use in (RECORD, DRAFTS) and isinstance(types, Mapping):
            draft.defaults.setdefault(use, {}).update(types)
        else:
            place.child(f"defaults.{use}").add("is not a use of phrases", f"use {RECORD} or {DRAFTS}, and a template by resource type")
    for name, rows in _named(file, "tables", place).items():
        draft.tables.setdefault(name, {}).update(_table(rows, place.child(f"tables.{name}")))
    for kind in ("phrases", "drafts", "modifiers"):
        draft.entries.setdefault(kind, []).extend(_listed(file.get(kind, []), place.child(kind)))
    for name, sentences in _named(file, "patients", place).items():
        draft.people[" ".join(name.split())] = (sentences, place.child(f"patients.{name}"))
    for hook, lists in _named(file, "burden", place).items():
        draft.burden.setdefault(hook, []).extend(texts(item, at) for item, at in _listed(lists, place.child(f"burden.{hook}")))


def _listed(value: Any, place: Place) -> Iterator[tuple[Any, Place]]:
    """The items of a list, each with its place."""
    if not isinstance(value, list):
        place.add("is not a list", "write each item after '- '")
        return
    yield from ((item, place.child(f"[{number}]")) for number, item in enumerate(value))


def _named(file: Mapping[str, Any], key: str, place: Place) -> Mapping[str, Any]:
    value = file.get(key, {})
    if not isinstance(value, Mapping):
        place.child(key).add("is not a mapping", "write 'name: ...' for each")
        return {}
    return {str(name): item for name, item in value.items()}


def _table(rows: Any, place: Place) -> dict[str, tuple[Row, ...]]:
    if not isinstance(rows, Mapping) or not rows:
        place.add("is not a mapping of words", "write 'word: {code: ...}' for each")
        return {}
    single = {
        str(word).lower(): (Row(str(word), value if isinstance(value, Mapping) else {"code": value}),)
        for word, value in rows.items()
        if not isinstance(value, list)
    }
    several: dict[str, tuple[Row, ...]] = {}
    for word, members in ((word, members) for word, members in rows.items() if isinstance(members, list)):
        if not members:
            place.child(str(word)).add("stands for nothing", "name words of the same table")
        for member in (member for member in members if str(member).lower() not in single):
            place.child(str(word)).add(f"stands for '{member}', which is no word of the table", "name words of the same table")
        several[str(word).lower()] = tuple(row for member in members for row in single.get(str(member).lower(), ()))
    return {**single, **several}


def _book(draft: _Draft, as_of: date, patient: Mapping[str, Any]) -> Phrasebook:
    phrases = {
        use: tuple(phrase for item, place in draft.entries.get(kind, ()) if (phrase := _phrase(item, place, draft, as_of)) is not None)
        for use, kind in ((RECORD, "phrases"), (DRAFTS, "drafts"))
    }
    modifiers = (_modifier(item, place, draft) for item, place in draft.entries.get("modifiers", ()))
    return Phrasebook(
        as_of=as_of,
        patient=patient,
        arrives=draft.arrives,
        defaults=draft.defaults,
        tables=draft.tables,
        phrases=phrases,
        modifiers=tuple(modifier for modifier in modifiers if modifier is not None),
        people={name.lower(): Person(name, tuple(sentences_of(item, place))) for name, (item, place) in draft.people.items()},
        burden={hook: tuple(lists) for hook, lists in draft.burden.items()},
    )


def sentences_of(value: Any, place: Place) -> Iterator[Any]:
    """Sentences, what is taken back (``leave-out: words``), and raw resources (``resource: {...}``), of a list in a file."""
    if not isinstance(value, list):
        place.add("is not a list of sentences", "write one sentence a line, each after '- '")
        return
    for number, item in enumerate(value):
        at = place.child(f"[{number}]")
        if isinstance(item, str):
            yield " ".join(item.split())
        elif isinstance(item, Mapping) and set(item) == {"leave-out"}:
            yield LeaveOut(text(item["leave-out"], at.child("leave-out"), required=True))
        elif isinstance(item, Mapping) and set(item) == {"resource"} and isinstance(item["resource"], Mapping):
            if isinstance(item["resource"].get("resourceType"), str):
                yield item["resource"]
            else:
                at.child("resource.resourceType").add("is missing", "say which FHIR resource it is")
        else:
            at.add("is not a sentence", 'write plain words, in quotes if they hold ": "; leave-out: words; or resource: {...}')


def _phrase(item: Any, place: Place, draft: _Draft, as_of: date) -> Phrase | None:
    entry = mapping(item, place, _PHRASE)
    say = _say(entry, place, draft)
    gives = _templates(entry.get("gives"), place.child("gives"))
    means = texts(entry.get("means"), place.child("means"))
    if bool(gives) == bool(means):
        place.add("needs either gives or means", "write the resource that it gives, or the sentences that it means")
    _check_placeholders((*gives, *means), say, place, draft, _SCOPE)
    when = text(entry.get("when"), place.child("when"))
    timing = timing_of(when, as_of) if when else Timing()
    if timing is None:
        place.child("when").add(f"'{when}' is no date", "write it as '30 days ago', '2026-10-01' or 'undated'")
    dated = {name for template in gives for name in placeholders(template)}
    if "date" in dated and not when:
        place.child("when").add("is missing, but a template uses {date}", "write the date of a sentence that has none, or 'undated'")
    if not say:
        return None
    return Phrase(
        say=say, gives=gives, means=means, timing=timing or Timing(), file=place.file, note=text(entry.get("note"), place.child("note"))
    )


def _modifier(item: Any, place: Place, draft: _Draft) -> Modifier | None:
    entry = mapping(item, place, _MODIFIER)
    say = _say(entry, place, draft)
    sets, adds = entry.get("sets", {}), entry.get("adds", {})
    if not isinstance(sets, Mapping) or not isinstance(adds, Mapping) or not (sets or adds):
        place.add("changes nothing", "write what it sets, or what it adds to lists")
        return None
    if not _are_lists(adds):
        place.child("adds").add("holds something that is not a list", "write each item after '- '")
        return None
    _check_placeholders((sets, adds), say, place, draft, _SCOPE | {"this"})
    of = texts(entry.get("of"), place.child("of"))
    return Modifier(say=say, of=frozenset(of), sets=sets, adds=adds, file=place.file, note=text(entry.get("note"), place.child("note")))


def _are_lists(additions: Mapping[str, Any]) -> bool:
    return all(_are_lists(item) if isinstance(item, Mapping) else isinstance(item, list) for item in additions.values())


def _say(entry: Mapping[str, Any], place: Place, draft: _Draft) -> tuple[Pattern, ...]:
    found = []
    at = place.child("say")
    for words in texts(entry.get("say"), at):
        fault = faults_of(words)
        unknown = [kind for _, kind in slots_of(words) if kind not in BUILT_IN and kind not in draft.tables]
        if fault:
            at.add(f"'{words}' {fault}", "correct the pattern: {slot}, [optional part], no comma")
        elif unknown:
            at.add(f"'{words}' has a slot of the unknown kind '{unknown[0]}'", f"declare the table, or use {', '.join(sorted(BUILT_IN))}")
        else:
            found.append(compile_pattern(words, draft.tables))
    if not entry.get("say"):
        at.add("is missing", "write the words of the phrase")
    return tuple(found)


def _templates(value: Any, place: Place) -> tuple[Mapping[str, Any], ...]:
    items = value if isinstance(value, list) else [] if value is None else [value]
    found = [item for item in items if isinstance(item, Mapping) and isinstance(item.get("resourceType"), str)]
    if len(found) < len(items):
        place.add("is not a FHIR resource", "write a resource with its resourceType, or a list of them")
    return tuple(found)


def _check_placeholders(templates: Iterable[Any], say: tuple[Pattern, ...], place: Place, draft: _Draft, scope: frozenset[str]) -> None:
    """Every ``{name.column}`` must be a slot of each way to say it, and a column of the slot's table."""
    for path in dict.fromkeys(path for template in templates for path in placeholders(template)):
        name, _, rest = path.partition(".")
        for pattern in say if name not in scope else ():
            kind = pattern.slots.get(name)
            if kind is None:
                place.add(f"{{{path}}} is not a slot of '{pattern.text}'", "use one of its slots, or date, end, today, patient")
            elif rest and not _has_column(draft, kind, rest.partition(".")[0]):
                place.add(f"{{{path}}}: the table '{kind}' has no such column", "correct the column")


def _has_column(draft: _Draft, kind: str, column: str) -> bool:
    return any(column in row.columns for rows in draft.tables.get(kind, {}).values() for row in rows)


def _try(book: Phrasebook, draft: _Draft) -> None:
    """Read one example of every phrase, and every named patient."""
    for use, kind in ((RECORD, "phrases"), (DRAFTS, "drafts")):
        for phrase, (_, place) in zip(book.phrases[use], draft.entries.get(kind, ()), strict=True):
            for pattern in phrase.say:
                _attempt(lambda pattern=pattern, use=use: read_sentence(book, example_of(pattern, book.tables), use), place)
    for name, (_, place) in draft.people.items():
        _attempt(lambda name=name: record_of(book, [name]), place)
    for hook, lists in book.burden.items():
        for number, sentences in enumerate(lists):
            for sentence in sentences:
                place = draft.problems.at(FOLDER, f"burden.{hook}[{number}]")
                _attempt(lambda sentence=sentence: read_sentence(book, sentence, DRAFTS), place)


def _attempt(read: Any, place: Place) -> None:
    try:
        read()
    except SentenceError as error:
        place.add(str(error), error.remedy)
