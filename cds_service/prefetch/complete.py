"""From a hook call to the patient's record: what came, what is missing, and whether it is enough to answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cds_service.errors import DataUnavailable
from cds_service.fhir.bundles import Item, each
from cds_service.fhir.record import NOT_READ, Issue, PatientRecord
from cds_service.hooks.invocation import Invocation
from cds_service.plans.compiled import DataRequirement
from cds_service.prefetch.answers import Answer, State, read_answers, states
from cds_service.prefetch.contexts import entered, orders
from cds_service.prefetch.fetch import Failure
from cds_service.prefetch.missing import Read, missing, with_pages
from cds_service.prefetch.record import Keys, gather
from cds_service.prefetch.requirements import required_keys


def complete_prefetch(
    invocation: Invocation, requirements: Sequence[DataRequirement], aliases: Mapping[str, str], read: Read | None = None
) -> PatientRecord:
    """Build the record of a hook call.

    ``aliases`` maps a client's prefetch keys to ours; ``read`` reads what the call does not bring. Raises :class:`DataUnavailable` when
    the required key was neither answered nor could be read, :class:`WrongPatient` when the call mixes patients.
    """
    names = [requirement.key for requirement in requirements]
    answers = read_answers(invocation.prefetch, names)
    found = states(answers, requirements, aliases)
    failures: dict[str, Failure] = {}
    if read is not None and (wanted := missing(invocation.prefetch, answers, found, requirements, aliases)):
        fetched = read(wanted)
        answers = read_answers(with_pages(invocation.prefetch, fetched, wanted), names)
        found = states(answers, requirements, aliases)
        failures = {key: answer.failure for key, answer in fetched.items() if answer.failure is not None}
    keys = _keys(found, failures)
    for key in sorted(required_keys(requirements).intersection(keys.unavailable)) if keys.unavailable else ():
        raise _unavailable(key, failures.get(key))
    record = _gathered(invocation, answers, keys)
    _refuse_left_out(record, requirements)
    return record


def _keys(found: Mapping[str, State], failures: Mapping[str, Failure]) -> Keys:
    answered: list[str] = []
    truncated: list[str] = []
    unavailable: list[str] = []
    for key, state in found.items():
        if state.is_complete:
            answered.append(key)
        else:
            (unavailable if state.is_missing else truncated).append(key)
    issues = [Issue(NOT_READ, key, failure.told) for key, failure in failures.items() if failure.told is not None]
    return Keys(frozenset(answered), tuple(truncated), tuple(unavailable), tuple(issues))


def _unavailable(key: str, failure: Failure | None) -> DataUnavailable:
    """The required key did not come: how to send it, and why it could not be read instead."""
    problem = f"prefetch '{key}' is required and did not arrive in a form that can be read"
    remedy = f"Send prefetch '{key}' as discovery asks for it: a Bundle, or null where the patient has no such data."
    if failure is None:
        return DataUnavailable(problem, where=f"prefetch.{key}", remedy=remedy)
    return DataUnavailable(f"{problem}, and {failure.problem}", where=f"prefetch.{key}", remedy=f"{remedy} Or: {failure.remedy}")


def orders_only(invocation: Invocation, requirements: Sequence[DataRequirement]) -> PatientRecord | None:
    """The record of a hook call whose data are not obtainable: the orders that it is about, and nothing known besides.

    ``None`` where not even these are at hand, because the call only refers to them.
    """
    keys = tuple(requirement.key for requirement in requirements)
    found = _orders(invocation, read_answers(invocation.prefetch, keys))
    if any(item.resource is None for item in found):
        return None
    return gather((), invocation.hook.patient_id, found, keys=Keys(unavailable=keys))


def _gathered(invocation: Invocation, answers: Sequence[Answer], keys: Keys) -> PatientRecord:
    hook = invocation.hook
    places = [place for answer in answers for place in answer.places]
    return gather(places, hook.patient_id, _orders(invocation, answers), entered(hook.name, invocation.context), keys=keys)


def _orders(invocation: Invocation, answers: Sequence[Answer]) -> tuple[Item, ...]:
    return orders(invocation.hook.name, invocation.context, each(place for answer in answers for place in answer.places))


def _refuse_left_out(record: PatientRecord, requirements: Sequence[DataRequirement]) -> None:
    """Refuse a record of whose required resources every one was left out: silence would look like an answer.

    A search that ignored the patient says nothing of this one, and another FHIR version cannot be read.
    """
    if not (record.doubtful_types or record.foreign_types):
        return
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
