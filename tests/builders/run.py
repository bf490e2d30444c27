"""The only place where the tests of the content touch the service's own functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from cds_service.assess import assess
from cds_service.knowledge import Knowledge

from cds_service.cards import render_cards
from cds_service.hooks.parse import parse_hook_request
from cds_service.model.assessment import Assessment, Hook
from cds_service.prefetch.complete import complete_prefetch
from cds_service.prefetch.files import read_file
from tests.builders.clock import AS_OF
from tests.builders.request import service_of


def assessment_of(knowledge: Knowledge, body: Mapping[str, Any], as_of: date) -> Assessment:
    """A hook call, read and assessed as the service does, without its edge."""
    service = service_of(body["hook"])
    invocation = parse_hook_request(body, service)
    record = complete_prefetch(invocation, knowledge.requirements(service, body["hook"]), {})
    return assess(record, invocation.hook, knowledge, as_of)


def assessment_of_file(knowledge: Knowledge, path: Path) -> Assessment:
    """A file that counts as a whole record, assessed at patient-view."""
    record = read_file(path)
    hook = Hook(name="patient-view", service=service_of("patient-view"), patient_id=record.patient_id)
    return assess(record, hook, knowledge, AS_OF)


def cards_of(assessment: Assessment, knowledge: Knowledge) -> Sequence[Mapping[str, Any]]:
    """The cards of an assessment."""
    return list(render_cards(assessment, knowledge))
