"""From a hook call to the patient's record: what came, what is missing, and whether it is enough to answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cds_service.errors import DataUnavailable
from cds_service.fhir.bundles import Item
from cds_service.fhir.record import NOT_READ, Issue, PatientRecord
from cds_service.hooks.invocation import Invocation
from cds_service.plans.compiled import DataRequirement
from cds_service.prefetch.answers import read_answers, states
from cds_service.prefetch.contexts import entered, orders
from cds_service.prefetch.fetch import Failure
from cds_service.prefetch.missing import Read, missing, with_pages
from cds_service.prefetch.record import gather
from cds_service.prefetch.requirements import required_keys


def complete_prefetch(
    invocation: Invocation, requirements: Sequence[DataRequirement], aliases: Mapping[str, str], read: Read | None = None
) -> PatientRecord:
    """Build the record of a hook call.

    ``aliases`` maps a client's prefetch keys to ours; ``read`` reads what the call does not bring. Raises :class:`DataUnavailable` when
    the required key was neither answered nor could be read, :class:`WrongPatient` when the call mixes patients.
    """
    keys = [requirement.key for requirement in requirements]
    answers = read_answers(invocation.prefetch, keys)
    found = states(answers, requirements, aliases)
    failures: dict[str, Failure] = {}
    if read is not None and (wanted := missing(invocation.prefetch, answers, found, requirements, aliases)):
        fetched = read(wanted)
        answers = read_answers(with_pages(invocation.prefetch, fetched, wanted), keys)
        found = states(answers, requirements, aliases)
        failures = {key: answer.failure for key, answer in fetched.items() if answer.failure is not None}
    for key in sorted(required_keys(requirements)):
        if found[key].is_missing:
            raise _unavailable(key, failures.get(key))
    record = _gathered(invocation, [item for answer in answers for item in answer.items])
    _refuse_left_out(record, requirements)
    return replace(
        record,
        answered=frozenset(key for key, state in found.items() if state.is_complete),
        truncated=tuple(key for key, state in found.items() if not (state.is_missing or state.is_complete)),
        unavailable=tuple(key for key, state in found.items() if state.is_missing),
        issues=(*record.issues, *_not_read(failures)),
    )


def _unavailable(key: str, failure: Failure | None) -> DataUnavailable:
    """The required key did not come: how to send it, and why it could not be read instead."""
    problem = f"prefetch '{key}' is required and did not arrive in a form that can be read"
    remedy = f"Send prefetch '{key}' as discovery asks for it: a Bundle, or null where the patient has no such data."
    if failure is None:
        return DataUnavailable(problem, where=f"prefetch.{key}", remedy=remedy)
    return DataUnavailable(f"{problem}, and {failure.problem}", where=f"prefetch.{key}", remedy=f"{remedy} Or: {failure.remedy}")


def _not_read(failures: Mapping[str, Failure]) -> list[Issue]:
    return [Issue(NOT_READ, key, failure.told) for key, failure in failures.items() if failure.told is not None]


def orders_only(invocation: Invocation, requirements: Sequence[DataRequirement]) -> PatientRecord | None:
    """The record of a hook call whose data are not obtainable: the orders that it is about, and nothing known besides.

    ``None`` where not even these are at hand, because the call only refers to them.
    """
    keys = tuple(requirement.key for requirement in requirements)
    found = _orders(invocation, [item for answer in read_answers(invocation.prefetch, keys) for item in answer.items])
    if any(item.resource is None for item in found):
        return None
    record = gather((), invocation.hook.patient_id, found)
    return replace(record, unavailable=keys)


def _gathered(invocation: Invocation, found: Sequence[Item]) -> PatientRecord:
    hook = invocation.hook
    return gather(found, hook.patient_id, _orders(invocation, found), entered(hook.name, invocation.context))


def _orders(invocation: Invocation, found: Sequence[Item]) -> tuple[Item, ...]:
    return orders(invocation.hook.name, invocation.context, found)


def _refuse_left_out(record: PatientRecord, requirements: Sequence[DataRequirement]) -> None:
    """Refuse a record of whose required resources every one was left out: silence would look like an answer.

    A search that ignored the patient says nothing of this one, and another FHIR version cannot be read.
    """
    reasons = (
        (record.doubtful_types, "is written in the shape of another FHIR version", "Send FHIR R4 resources."),
        (
            record.foreign_types,
            "is of another patient than context.patientId",
            "Send the resources of the patient named in context.patientId only.",
        ),
    )
    required = {requirement.type for requirement in requirements if requirement.required}
    for types, problem, remedy in reasons:
        for kind in sorted(required & types):
            if not record.of(kind):
                raise DataUnavailable(f"every {kind} {problem}", where="prefetch", remedy=remedy)
