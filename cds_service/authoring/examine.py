"""Everything that ``cds-service check`` finds in content that could be served."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cds_service.authoring.case_files import check_cases, check_sentences
from cds_service.authoring.cited import check_cited
from cds_service.authoring.codes import check_codes
from cds_service.authoring.ehrs import check_topic_codes, not_offered_as_one
from cds_service.authoring.links import check_links
from cds_service.authoring.lock import check_lock
from cds_service.authoring.material import Material
from cds_service.authoring.reach import check_reach
from cds_service.authoring.unused import check_used, unread_facts
from cds_service.authoring.unwritten import check_written
from cds_service.errors import ContentProblem
from cds_service.plans.problems import Problems

Check = Callable[[Material, Problems], None]
CHECKS: tuple[Check, ...] = (
    check_written,
    check_reach,
    check_links,
    check_cited,
    check_used,
    check_codes,
    check_topic_codes,
    check_lock,
    check_sentences,
    check_cases,
)


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found: problems, which make ``check`` fail, and notes, which do not."""

    problems: tuple[ContentProblem, ...]
    notes: tuple[str, ...]


def examine(material: Material, checks: tuple[Check, ...] = CHECKS) -> Examination:
    """Look at content that loads for what would never be shown, is used by nothing, leads nowhere, or is not proved."""
    problems = Problems()
    for check in checks:
        check(material, problems)
    unread = (f"{path}: no recommendation reads this fact" for path in unread_facts(material))
    return Examination(problems.found, (*material.knowledge.warnings, *unread, *not_offered_as_one(material)))
