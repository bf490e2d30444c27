"""One hook call, answered: complete the record, assess it, render the cards, check the answer.

The day of the assessment is taken here, once, and nowhere below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cds_service.assess import assess
from cds_service.cards import render_cards
from cds_service.cds_clients import GENERIC, Profile
from cds_service.errors import DataUnavailable, UnknownService, WrongHook
from cds_service.fhir.record import PatientRecord
from cds_service.hooks.invocation import Invocation
from cds_service.hooks.response import check_response
from cds_service.knowledge import Knowledge
from cds_service.model.assessment import Assessment, Hook
from cds_service.model.facts import Facts
from cds_service.plans.scope import may_concern, may_yet_concern
from cds_service.plans.service import Service
from cds_service.prefetch.complete import complete_prefetch, orders_only
from cds_service.prefetch.fetch import Fetch
from cds_service.prefetch.missing import reader
from cds_service.prefetch.requirements import required_keys


@dataclass(frozen=True, slots=True)
class Answer:
    """The response ``body`` of a hook call and the assessment behind it."""

    body: Mapping[str, Any]
    assessment: Assessment

    @property
    def cards(self) -> int:
        """How many cards there are."""
        return len(self.body["cards"])

    @property
    def codes(self) -> list[str]:
        """The recommendation codes that fired, in order, each once."""
        return list(dict.fromkeys(item.code for item in self.assessment.recommendations))

    @property
    def issues(self) -> list[str]:
        """The kinds of oddities in what was read of the record, each once."""
        return sorted({issue.code for issue in self.assessment.facts.issues})


def respond(
    invocation: Invocation,
    knowledge: Knowledge,
    as_of: date,
    aliases: Mapping[str, str],
    profile: Profile = GENERIC,
    fetch: Fetch | None = None,
) -> Answer:
    """Answer a hook call as of a day.

    ``aliases`` maps a client's prefetch keys to ours, ``profile`` says what its cards may hold, ``fetch`` reads from its FHIR server.
    Raises what :func:`receive` raises, and :class:`DataUnavailable` where silence would rest on a part of what is required.
    """
    record = receive(invocation, knowledge, as_of, aliases, fetch)
    service = knowledge.services[(str(invocation.hook.service), invocation.hook.name)]
    partial = sorted(required_keys(service.requirements) & set(record.truncated))
    found = answer(record, invocation.hook, knowledge, as_of, profile, whole=bool(partial))
    if partial:
        _refuse_silence(found, partial, service, knowledge)
    return found


def _refuse_silence(found: Answer, partial: Sequence[str], service: Service, knowledge: Knowledge) -> None:
    """Nothing to say about a part of what is required is not nothing to say: what matters may stand in the part that did not come.

    Unless something that did come (that the patient is dead, an order of another kind) rules every recommendation out.
    """
    if not found.cards and may_yet_concern(service, found.assessment.facts, found.assessment.hook, knowledge.context):
        raise DataUnavailable(
            f"prefetch '{partial[0]}' is required and came only in part, which is not enough to say that there is nothing to say",
            where=f"prefetch.{partial[0]}",
            remedy="Send all of it, or let the service read its pages: fhirServer, fhirAuthorization, and the server in the clients file.",
        )


def receive(
    invocation: Invocation, knowledge: Knowledge, as_of: date, aliases: Mapping[str, str], fetch: Fetch | None = None
) -> PatientRecord:
    """The record of a hook call, complete enough to answer it; what it lacks is read with ``fetch``.

    Raises :class:`UnknownService`, :class:`WrongHook`, and what :func:`~cds_service.prefetch.complete.complete_prefetch` raises.
    """
    hook = invocation.hook
    service = knowledge.services.get((str(hook.service), hook.name))
    if service is None:
        if any(service_id == hook.service for service_id, _ in knowledge.services):
            raise WrongHook("the service does not answer this hook", where="hook")
        raise UnknownService("no service has this id")

    def unconcerned() -> PatientRecord | None:
        """The record of the orders alone, where they leave nothing to say whatever the record holds: the data are not needed then."""
        try:
            record = orders_only(invocation, service.requirements)
        except DataUnavailable:  # the call only refers to its orders; they may be among what is read
            return None
        if record is None or may_concern(service, _orders_read(record, knowledge, as_of), hook, knowledge.context):
            return None
        return record

    read = reader(fetch, invocation, as_of, lambda: unconcerned() is None) if fetch is not None else None
    try:
        return complete_prefetch(invocation, service.requirements, aliases, read)
    except DataUnavailable:
        record = unconcerned()
        if record is None:
            raise
        return record


def _orders_read(record: PatientRecord, knowledge: Knowledge, as_of: date) -> Facts:
    """The draft orders as facts, and nothing that they do not rest on."""
    orders = knowledge.context.model.orders
    return knowledge.facts_engine.begin(record, as_of).facts(() if orders is None else (orders,))


def answer(
    record: PatientRecord, hook: Hook, knowledge: Knowledge, as_of: date, profile: Profile = GENERIC, *, whole: bool = True
) -> Answer:
    """Assess a record and render what was found; used by every edge, so that all say the same. ``whole``: see :func:`assess`."""
    return rendered(assess(record, hook, knowledge, as_of, whole=whole), knowledge, profile)


def rendered(assessment: Assessment, knowledge: Knowledge, profile: Profile = GENERIC) -> Answer:
    """The cards of an assessment, checked."""
    body = {"cards": render_cards(assessment, knowledge, profile)}
    check_response(body)
    return Answer(body, assessment)
