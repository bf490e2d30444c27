"""How many cards whole patients bring: each named patient, at patient-view and with each list of drafts of ``burden:``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cds_service.cases.model import Case, Difference, Outcome
from cds_service.cases.people import drafts_of, record_of
from cds_service.cases.phrases import Phrasebook
from cds_service.cases.request import Delivery, Undeliverable, hook_request
from cds_service.cases.run import run_case
from cds_service.knowledge import Knowledge
from cds_service.plans.service import Service

_VIEW = "patient-view"


def burden(book: Phrasebook, knowledge: Knowledge) -> Iterator[tuple[str, str, Outcome]]:
    """(patient, hook and drafts, outcome) for every call; a hook that no service answers is left out."""
    calls = [(_VIEW, ()), *((hook, drafts) for hook, lists in book.burden.items() for drafts in lists)]
    for name in (person.name for person in book.people.values()):
        for hook, drafts in calls:
            service = knowledge.service(None, hook)
            if service is not None:
                asked = f"{hook}: {'; '.join(drafts)}" if drafts else hook
                yield name, asked, _outcome(name, drafts, service, book, knowledge)


def _outcome(name: str, drafts: Sequence[str], service: Service, book: Phrasebook, knowledge: Knowledge) -> Outcome:
    case = Case(
        id=name, file="", recommendation="", why="", statements=(), hook=service.hook, request={},
        expect=(), absent=(), unknown=(), cards=None,
    )  # fmt: skip
    delivery = Delivery.of(service, knowledge.services.values(), book.arrives)
    try:
        request = hook_request(name, delivery, record_of(book, [name]), drafts_of(book, drafts))
    except Undeliverable as error:
        return Outcome(case, (Difference(f"no prefetch key asks for {error}; name one under 'arrives:'"),))
    return run_case(replace(case, request=request), knowledge, book.as_of)
