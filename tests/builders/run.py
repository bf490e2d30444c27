"""The only place where the tests of the content touch the service's own functions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from cds_service.fhir.record import PatientRecord
from cds_service.hooks.parse import parse_hook_request
from cds_service.knowledge import Knowledge
from cds_service.model.assessment import Hook
from cds_service.model.facts import Facts
from cds_service.prefetch.complete import complete_prefetch
from cds_service.prefetch.files import read_file
from cds_service.respond import Answer, answer, respond
from tests.builders.clock import AS_OF
from tests.builders.request import service_of


def respond_to(knowledge: Knowledge, body: Mapping[str, Any], as_of: date = AS_OF) -> Answer:
    """A hook call, answered as the service does behind its edge."""
    return respond(parse_hook_request(body, service_of(body["hook"])), knowledge, as_of, {})


def assessment_of(knowledge: Knowledge, body: Mapping[str, Any], as_of: date = AS_OF) -> Answer:
    """The same without the last question of the edge: whether silence is warranted."""
    invocation = parse_hook_request(body, service_of(body["hook"]))
    requirements = knowledge.requirements(service_of(body["hook"]), body["hook"])
    return answer(complete_prefetch(invocation, requirements, {}), invocation.hook, knowledge, as_of)


def record_of(knowledge: Knowledge, body: Mapping[str, Any]) -> PatientRecord:
    """The record that a hook call brings."""
    invocation = parse_hook_request(body, service_of(body["hook"]))
    return complete_prefetch(invocation, knowledge.requirements(service_of(body["hook"]), body["hook"]), {})


def facts_of(knowledge: Knowledge, body: Mapping[str, Any], as_of: date = AS_OF) -> Facts:
    """The facts that a hook call is assessed on."""
    return knowledge.facts_engine.build(record_of(knowledge, body), as_of)


def respond_to_file(
    knowledge: Knowledge, path: Path, hook: str = "patient-view", *, patient: str | None = None, orders: Path | None = None
) -> Answer:
    """A file that counts as a whole record (of one of its patients), answered at a hook with the draft orders of another file."""
    record = read_file(path, patient, orders)
    called = Hook(
        name=hook,
        service=service_of(hook),
        instance="file",
        user_id="Practitioner/1",
        user_type="Practitioner",
        patient_id=record.patient_id,
    )
    return answer(record, called, knowledge, AS_OF)
