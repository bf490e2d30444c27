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
from cds_service.plans.compiled import ORDER_HOOKS
from cds_service.plans.scope import out_of_scope
from cds_service.plans.service import Service


def assess(record: PatientRecord, hook: Hook, knowledge: Knowledge, as_of: date, *, whole: bool = True) -> Assessment:
    """Everything that the content says about a record at a hook, as of a day.

    ``hook.service`` may be ``None``: the first service at the hook answers. Not ``whole``: where the facts that come first already rule
    every recommendation out, no more is read, and there are no traces; what is recommended is the same. Raises :class:`UnknownService`.
    """
    service = _service(hook, knowledge)
    called = replace(hook, service=service.id, patient_id=hook.patient_id or record.patient_id)
    build = knowledge.facts_engine.begin(record, as_of)
    if not whole:
        orders = knowledge.context.model.orders
        first = build.facts(service.scope if orders is None or hook.name not in ORDER_HOOKS else {*service.scope, orders})
        if out_of_scope(service, first, called, knowledge.context):
            return Assessment(service=service.id, hook=called, as_of=as_of, facts=first, recommendations=(), failures=())
    return assess_facts(build.whole(), called, knowledge, as_of)


def assess_facts(facts: Facts, hook: Hook, knowledge: Knowledge, as_of: date) -> Assessment:
    """The same for facts that are built already: what the plans say about them. Raises :class:`UnknownService`."""
    service = _service(hook, knowledge)
    called = replace(hook, service=service.id)
    applied = apply_service(service, facts, called, knowledge.context)
    return Assessment(
        service=service.id,
        hook=called,
        as_of=as_of,
        facts=facts,
        recommendations=applied.recommendations,
        failures=applied.failures,
        tell=applied.tell,
    )


def _service(hook: Hook, knowledge: Knowledge) -> Service:
    service = knowledge.service(hook.service, hook.name)
    if service is None:
        raise UnknownService("no service has this id at this hook")
    return service
