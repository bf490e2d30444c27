"""From the sentences about one patient to the resources of the record."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cds_service.cases.phrases import DRAFTS, Phrasebook
from cds_service.cases.sentences import Resource, SentenceError, parts_of, read_sentence
from cds_service.cases.templates import merged

NOT_SELECTED = "not selected"
_SUBJECTS = frozenset({"subject", "patient", "individual"})  # where resource types say whose they are
_DEPTH = 5  # patients that start from other patients; deeper is a circle


@dataclass(frozen=True, slots=True)
class LeaveOut:
    """Takes back every sentence said before that begins with some words."""

    words: str


Sentence = str | LeaveOut | Mapping[str, Any]
"""Plain words, what is taken back, or a FHIR resource as it is, where no phrase fits."""


def record_of(book: Phrasebook, sentences: Iterable[Sentence]) -> tuple[Resource, ...]:
    """The Patient, then every other resource that the sentences give. Raises :class:`SentenceError`."""
    patient, others = dict(book.patient), []
    for said in _said(book, sentences, _DEPTH):
        for resource in _read(book, said):
            if resource["resourceType"] == "Patient":
                patient = merged(patient, resource)
            else:
                others.append(resource)
    return (patient, *_identified(others, str(patient["id"])))


def drafts_of(book: Phrasebook, sentences: Iterable[Sentence]) -> tuple[tuple[Resource, bool], ...]:
    """The draft orders, each with whether it is selected. Raises :class:`SentenceError`."""
    found: list[tuple[Resource, bool]] = []
    for said in sentences:
        if isinstance(said, str):
            first, more = parts_of(said)
            selected = NOT_SELECTED not in more
            text = ", ".join([first, *(part for part in more if part != NOT_SELECTED)])
            found += [(resource, selected) for resource in read_sentence(book, text, DRAFTS)]
        else:
            found += [(resource, True) for resource in _read(book, said)]
    named = [({"id": f"draft-{number}", **resource}, selected) for number, (resource, selected) in enumerate(found, 1)]
    resources = _identified([resource for resource, _ in named], str(book.patient["id"]))
    return tuple(zip(resources, (selected for _, selected in named), strict=True))


def _said(book: Phrasebook, sentences: Iterable[Sentence], depth: int) -> list[Sentence]:
    """The sentences with named patients told out, and without what is left out."""
    if not depth:
        raise SentenceError("the patient starts from a patient that starts from it again", "break the circle")
    said: list[Sentence] = []
    for sentence in sentences:
        if isinstance(sentence, LeaveOut):
            said = _taken_back(said, sentence.words)
        elif isinstance(sentence, str) and sentence.lower() in book.people:
            said += _said(book, book.people[sentence.lower()].sentences, depth - 1)
        else:
            said.append(sentence)
    return said


def _taken_back(said: Sequence[Sentence], words: str) -> list[Sentence]:
    """What was said, without the sentences that begin with some words. Raises :class:`SentenceError` if there is none."""
    start = words.lower()
    kept = [item for item in said if not (isinstance(item, str) and _begins(item.lower(), start))]
    if len(kept) == len(said):
        heard = "; ".join(item for item in said if isinstance(item, str)) or "nothing"
        raise SentenceError(f"nothing said before begins with '{words}'", f"before it was said: {heard}")
    return kept


def _begins(sentence: str, start: str) -> bool:
    return sentence.startswith(start) and not sentence[len(start) : len(start) + 1].isalnum()


def _read(book: Phrasebook, said: Sentence) -> tuple[Resource, ...]:
    if isinstance(said, str):
        return read_sentence(book, said)
    if isinstance(said, LeaveOut):
        raise SentenceError("nothing can be left out here", "leave the sentence itself out")
    if not isinstance(said.get("id", ""), str):
        raise SentenceError("a resource has an id that is no text", "write it in quotes, or leave it out")
    return (json.loads(json.dumps(said)),)


def _identified(resources: Sequence[Resource], patient: str) -> list[Resource]:
    """Every resource with an id of its own, and with the patient as its subject if it names none."""
    taken: set[str] = set()
    found = []
    for resource in resources:
        wanted = resource.get("id") or resource["resourceType"].lower()
        own = next(name for name in (wanted, *(f"{wanted}-{number}" for number in range(2, len(resources) + 2))) if name not in taken)
        taken.add(own)
        whose = {} if _SUBJECTS & resource.keys() else {"subject": {"reference": f"Patient/{patient}"}}
        found.append({**resource, "id": own, **whose})
    return found
