"""A file on disk as the record of one patient: for the command line and for tests, never for the service."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from cds_service.errors import UnreadableFile
from cds_service.fhir.bundles import Item, items
from cds_service.fhir.record import Issue, PatientRecord
from cds_service.fhir.references import literal, subject_of, text_of
from cds_service.hooks.parse import parse_hook_request
from cds_service.model.assessment import Hook
from cds_service.prefetch import contexts
from cds_service.prefetch.record import gather

_BOM = b"\xef\xbb\xbf"
_NAMED = 20  # so many ids an error message lists


def read_file(path: Path, patient: str | None = None, orders: Path | None = None) -> PatientRecord:
    """Read a Bundle of any type, an array of resources, NDJSON, one resource or a CDS Hooks request.

    The file counts as the patient's whole record. ``patient`` chooses among several; ``orders`` holds draft orders
    that replace those of a CDS Hooks request. Raises :class:`UnreadableFile`.
    """
    content = _content(path)
    found, drafts, named = _parts(content)
    if orders is not None:
        drafts = tuple(items(_content(orders), "orders"))
    if not any(item.resource for item in found) and not _is_request(content):
        raise UnreadableFile(f"{path.name} holds no FHIR resource")
    chosen = patient or named or _only_patient(path.name, found)
    record = gather(found, chosen, drafts, refuse_others=False, sole_patient=len(_patients(found)) <= 1)
    if patient is not None and record.patient is None and not record.entries:
        raise UnreadableFile(f"{path.name} holds nothing about the chosen patient", remedy=_choose(_patients(found) or _subjects(found)))
    return replace(record, whole=True, issues=(*record.issues, *_outcomes(found)))


def request_hook(path: Path) -> Hook | None:
    """The hook call of a file that is a CDS Hooks request, ``None`` for other files. Raises what reading a request raises."""
    content = _content(path)
    return parse_hook_request(content).hook if _is_request(content) else None


def _content(path: Path) -> Any:
    try:
        raw = path.read_bytes().removeprefix(_BOM)
    except OSError as error:
        raise UnreadableFile(f"{path.name} cannot be read: {error.strerror}", remedy="Check the path and its permissions.") from None
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as whole:
        return _lines(path.name, raw, whole)


def _lines(name: str, raw: bytes, whole: orjson.JSONDecodeError) -> list[Any]:
    """NDJSON: one resource a line. What is neither that nor JSON is reported as the JSON error it is."""
    lines = [line for line in raw.splitlines() if line.strip()]
    try:
        found = [orjson.loads(line) for line in lines]
    except orjson.JSONDecodeError as error:
        one = lines and lines[0].lstrip()[:1] == b"{" and lines[0].rstrip()[-1:] == b"}"
        place = f"NDJSON line {len(lines)}" if one and len(lines) == 1 else f"line {whole.lineno}, column {whole.colno}"
        raise UnreadableFile(f"{name} is not JSON: {whole.msg} ({place})") from error
    if not found:
        raise UnreadableFile(f"{name} is empty")
    return found


def _is_request(content: Any) -> bool:
    return isinstance(content, dict) and "resourceType" not in content and isinstance(content.get("hook"), str)


def _parts(content: Any) -> tuple[tuple[Item, ...], tuple[Item, ...], str | None]:
    """The places of resources, those of draft orders, and the patient that a CDS Hooks request names."""
    if not _is_request(content):
        return tuple(items(content, "file")), (), None
    context = content.get("context") if isinstance(content.get("context"), dict) else {}
    prefetch = content.get("prefetch") if isinstance(content.get("prefetch"), dict) else {}
    found = tuple(item for key, value in prefetch.items() if value is not None for item in items(value, f"prefetch.{key[:64]}"))
    named = context.get("patientId")
    hook = content["hook"]
    drafts = contexts.orders(hook, context, found)
    return (*found, *contexts.entered(hook, context)), drafts, named if isinstance(named, str) and named else None


def _patients(found: Iterable[Item]) -> tuple[str, ...]:
    """How each Patient may be chosen: by its id, else by its entry's URL."""
    patients = [item for item in found if item.kind == "Patient"]
    names = [item.resource.get("id") or item.full_url or "" for item in patients if item.resource is not None]
    return tuple(dict.fromkeys(str(name) for name in names))


def _subjects(found: Iterable[Item]) -> tuple[str, ...]:
    """The patients that resources name as their subject."""
    written = [text_of(subject_of(item.resource)) for item in found if item.resource is not None]
    literals = [literal(text) for text in written]
    return tuple(dict.fromkeys(found[1] for found in literals if found is not None and found[0] == "Patient"))


def _only_patient(name: str, found: Sequence[Item]) -> str | None:
    """The one patient of a file; raises :class:`UnreadableFile` if there are several."""
    candidates = _patients(found) or _subjects(found)
    if len(candidates) > 1:
        raise UnreadableFile(f"{name} holds {len(candidates)} patients", remedy=_choose(candidates))
    return candidates[0] if candidates and candidates[0] else None


def _choose(candidates: Sequence[str]) -> str:
    listed = ", ".join(candidates[:_NAMED]) or "none"
    more = f" and {len(candidates) - _NAMED} more" if len(candidates) > _NAMED else ""
    return f"Choose with --patient ID; in the file: {listed}{more}."


def _outcomes(found: Iterable[Item]) -> tuple[Issue, ...]:
    """An OperationOutcome in a file says that something could not be read when the file was made."""
    return tuple(
        Issue("outcome", item.where, "the file holds an OperationOutcome in the place of data")
        for item in found
        if item.kind == "OperationOutcome"
    )
