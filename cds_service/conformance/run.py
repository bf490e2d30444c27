"""All requirements, each with its verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import Any

from cds_service.conformance.checks import CHECKS
from cds_service.conformance.evidence import Evidence, gather
from cds_service.conformance.fhir import FhirServer
from cds_service.conformance.target import Target
from cds_service.conformance.verdict import Status, Verdict, broken, unseen
from cds_service.documents import read_yaml
from cds_service.errors import ServiceError


class Unreachable(ServiceError):
    """Nothing answers at the address."""

    remedy = "Give the base address of a running service, such as http://127.0.0.1:8080."


class Refused(ServiceError):
    """The service asks for authentication, and what was sent is not accepted: nothing can be judged."""

    remedy = "Give a registered client's --key, --issuer and --kid; and --audience if the service is known under another address."


LEVELS = ("SHALL", "SHALL NOT", "SHOULD", "SHOULD NOT", "MAY", "DEPRECATED")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement: its number, level and words, and the check that tells; or why none can."""

    id: int
    level: str
    text: str
    check: str | None = None
    outside: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report."""

    requirement: Requirement
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Report:
    """What was found at an address: ``services`` and ``cards`` are how many were seen."""

    base: str
    services: int
    cards: int
    rows: tuple[Row, ...]

    def count(self, level: str, status: Status) -> int:
        """How many requirements of a level have a status."""
        return Counter((row.requirement.level, row.verdict.status) for row in self.rows)[(level, status)]

    @property
    def keeps_what_it_must(self) -> bool:
        """Whether no SHALL and no SHOULD is broken."""
        return not any(row.verdict.status is Status.NOT_MET and row.requirement.level != "MAY" for row in self.rows)


@cache
def requirements() -> tuple[Requirement, ...]:
    """Every requirement on a service, in the order of their numbers."""
    with as_file(files("cds_service.conformance") / "requirements.yaml") as path:
        return tuple(Requirement(**row) for row in read_yaml(path)["requirements"])


def examine(target: Target, samples: Sequence[Mapping[str, Any]] = (), fhir: FhirServer | None = None) -> Report:
    """Call a service, and judge what came back.

    ``samples`` are requests that should give cards, as their hook's services are to be asked. ``fhir`` is a running
    server of the checker's own that the service may read. Raises :class:`Unreachable` and :class:`Refused`.
    """
    evidence = gather(target, samples, fhir)
    if evidence.discovery.status == 0:
        raise Unreachable(f"nothing answers at {target.discovery_url} ({evidence.discovery.error})")
    if evidence.discovery.status in (401, 403):
        raise Refused(f"discovery answers {evidence.discovery.status}: the service does not know the caller")
    rows = tuple(Row(requirement, _verdict(requirement, evidence)) for requirement in requirements())
    return Report(target.base, len(evidence.services), sum(1 for _ in evidence.cards()), rows)


def _verdict(requirement: Requirement, evidence: Evidence) -> Verdict:
    if requirement.check is None:
        return unseen(str(requirement.outside))
    try:
        return CHECKS[requirement.check](evidence)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        # Whatever a stranger's service answers must not end the report; what the check stumbled on is not as it should be
        return broken(f"the answer has a form that cannot be judged ({type(error).__name__})")
