"""The pure core: a record and a hook call in, an assessment out. No clock, network, store or randomness."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from cds_service.errors import UnknownService
from cds_service.fhir.record import PatientRecord
from cds_service.knowledge import Knowledge
from cds_service.model.assessment import Assessment, Hook
from cds_service.model.facts import Facts
from cds_service.plans.apply import apply_service


def assess(record: PatientRecord, hook: Hook, knowledge: Knowledge, as_of: date) -> Assessment:
    """Everything that the content says about a record at a hook, as of a day.

    ``hook.service`` may be ``None``: the first service at the hook answers. Raises :class:`UnknownService`.
    """
    called = replace(hook, patient_id=hook.patient_id or record.patient_id)
    return assess_facts(knowledge.facts_engine.build(record, as_of), called, knowledge, as_of)


def assess_facts(facts: Facts, hook: Hook, knowledge: Knowledge, as_of: date) -> Assessment:
    """The same for facts that are built already: what the plans say about them. Raises :class:`UnknownService`."""
    service = knowledge.service(hook.service, hook.name)
    if service is None:
        raise UnknownService("no service has this id at this hook")
    called = replace(hook, service=service.id)
    applied = apply_service(service, facts, called, knowledge.context)
    return Assessment(
        service=service.id,
        hook=called,
        as_of=as_of,
        facts=facts,
        recommendations=applied.recommendations,
        traces=applied.traces,
        failures=applied.failures,
    )
