"""The composition root: from settings to an application that answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any

from cds_service.cards import INCOMPLETE, topic_problems
from cds_service.cds_clients import Caller, CdsClients, ClientsError, load_clients
from cds_service.hooks.invocation import Invocation
from cds_service.hooks.schema import compile_schemas
from cds_service.knowledge import Knowledge
from cds_service.outbound.fhir import FhirReader, Reading
from cds_service.outbound.http import Http
from cds_service.plans.service import Service
from cds_service.prefetch.discovery import discovery
from cds_service.prefetch.lint import MAX_KEYS
from cds_service.respond import Answer, respond
from cds_service.served import content_of
from cds_service.settings import NO_AUDIENCE, OPEN, Settings, SettingsError
from cds_service.store import Store, StoreError, open_store

if TYPE_CHECKING:
    from cds_service.outbound.jwks import ClientKeys
    from cds_service.tokens import Authenticator

_TO_ASSESS = 0.05
"""Seconds of the deadline that are kept for what follows reading: assessing, rendering, sending."""


@dataclass(frozen=True, slots=True)
class Application:
    """Everything that an edge needs; ``today`` gives the day of an assessment in the configured time zone."""

    settings: Settings
    knowledge: Knowledge
    discovery: Mapping[str, Any]
    today: Callable[[], date]
    store: Store
    clients: CdsClients = field(default_factory=CdsClients)
    authenticator: Authenticator | None = None
    reader: FhirReader = field(default_factory=lambda: FhirReader(Http(), MAX_KEYS))

    @property
    def services(self) -> Mapping[tuple[str, str], Service]:
        """The services by (id, hook)."""
        return self.knowledge.services

    def caller(self, invocation: Invocation | None = None) -> Caller:
        """Who makes a call that carries no token, as far as the FHIR server that a hook call names tells."""
        return Caller(self.clients.of_fhir_server(invocation.fhir_server if invocation else None))

    def reading(self, invocation: Invocation, caller: Caller | None = None, arrived: float | None = None) -> Reading | None:
        """What reads from the FHIR server of a call that arrived at a moment of :func:`time.monotonic`; ``None`` if it names none."""
        deadline = self.settings.deadline_ms / 1000
        until = (monotonic() if arrived is None else arrived) + max(deadline - _TO_ASSESS, deadline / 2)
        return self.reader.reading((caller or self.caller(invocation)).client, invocation, until)

    def respond(self, invocation: Invocation, caller: Caller | None = None, reading: Reading | None = None) -> Answer:
        """Answer a hook call today, in cards as its caller's profile has them; ``caller`` is of the token, where there is one.

        ``reading`` (see :meth:`reading`) gets what the call does not bring.
        """
        profile = (caller or self.caller(invocation)).client.profile
        return respond(invocation, self.knowledge, self.today(), self.settings.prefetch_aliases, profile, reading)


def build(settings: Settings, today: Callable[[], date] | None = None) -> Application:
    """Build the application. Raises :class:`ContentError` and :class:`SettingsError`; ``today`` stands in for the clock."""
    clients = _clients(settings)
    knowledge = content_of(settings)
    _check_aliases(settings, knowledge)
    _check_topics(clients, knowledge)
    threads = settings.threads * MAX_KEYS  # each key of every call that a process answers at once
    http = Http(settings.max_body_bytes, threads, settings.ca_file)
    keys = _keys(settings, clients, http)
    compile_schemas()
    store = _store(settings)  # last: nothing is made where something else stops the start
    return Application(
        settings=settings,
        knowledge=knowledge,
        discovery=discovery(knowledge.services.values(), settings.hooks_version),
        today=today or (lambda: datetime.now(settings.zone).date()),
        store=store,
        clients=clients,
        authenticator=_authenticator(settings, clients, keys, store),
        reader=FhirReader(http, threads),
    )


def _clients(settings: Settings) -> CdsClients:
    """The registered clients; a service that others can reach needs some that authenticate, or the site's word for it."""
    try:
        clients = load_clients(settings.clients_file)
    except ClientsError as error:
        raise SettingsError([f"CDS_CLIENTS_FILE: {problem}" for problem in error.problems]) from None
    if settings.is_open and not (clients.authenticated or settings.allow_unauthenticated):
        raise SettingsError([OPEN])
    return clients


def _keys(settings: Settings, clients: CdsClients, http: Http) -> ClientKeys | None:
    """The keys of the clients, where they authenticate; none is asked for over the network before it is needed."""
    if not clients.authenticated:
        return None
    if settings.is_open and settings.public_url is None:
        raise SettingsError([NO_AUDIENCE])
    from cds_service.outbound.jwks import ClientKeys  # cryptography is slow to import, and only for those who use it
    from cds_service.tokens import NotAKeySet

    try:
        return ClientKeys(clients.clients, http, settings.deadline_ms / 1000)
    except NotAKeySet as error:
        raise SettingsError([f"CDS_CLIENTS_FILE: {error}"]) from None


def _authenticator(settings: Settings, clients: CdsClients, keys: ClientKeys | None, store: Store) -> Authenticator | None:
    if keys is None:
        return None
    from cds_service.tokens import Authenticator

    return Authenticator(clients, keys, store.replay, settings.token_leeway_seconds)


def _store(settings: Settings) -> Store:
    try:
        return open_store(settings.database_url)
    except StoreError as error:
        raise SettingsError([f"CDS_DATABASE_URL: {error.problem}"]) from None


def _check_topics(clients: CdsClients, knowledge: Knowledge) -> None:
    """The codes of the content in the spelling of every registered client; clients keep overrides under them."""
    codes = [*knowledge.codes, INCOMPLETE]
    problems = [
        f"CDS_CLIENTS_FILE: '{client.name}': {problem}" for client in clients.clients for problem in topic_problems(codes, client.profile)
    ]
    if problems:
        raise SettingsError(problems)


def _check_aliases(settings: Settings, knowledge: Knowledge) -> None:
    keys = sorted({requirement.key for service in knowledge.services.values() for requirement in service.requirements})
    unknown = sorted(set(settings.prefetch_aliases.values()) - set(keys))
    if unknown:
        raise SettingsError([f"CDS_PREFETCH_ALIASES: {', '.join(unknown)} is no prefetch key of ours; these are: {', '.join(keys)}"])
