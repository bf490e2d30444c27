"""The content as a site serves it: loaded with the site's settings, its prefetch templates checked."""

from __future__ import annotations

from pathlib import Path

from cds_service.errors import ContentError
from cds_service.knowledge import Knowledge, load_knowledge
from cds_service.prefetch.discovery import lint_services
from cds_service.prefetch.lint import BALLOT
from cds_service.settings import Settings


def load_content(
    content_dir: Path,
    disabled: frozenset[str] = frozenset(),
    parameters_file: Path | None = None,
    *,
    unfinished: bool = False,
    anew: bool = False,
    hooks_version: str = BALLOT,
) -> Knowledge:
    """Load and check a content folder, its prefetch templates too: by default for clients that know all that may stand in them.

    As :func:`~cds_service.knowledge.load_knowledge` otherwise. Raises :class:`ContentError` with every problem.
    """
    knowledge = load_knowledge(content_dir, disabled, parameters_file, unfinished=unfinished, anew=anew)
    problems = lint_services(knowledge.services.values(), hooks_version)
    if problems:
        raise ContentError(problems)
    return knowledge


def content_of(settings: Settings, *, unfinished: bool = False, anew: bool = False) -> Knowledge:
    """The content as the settings of a site have it. Raises :class:`ContentError`."""
    return load_content(
        settings.content_dir,
        frozenset(settings.disabled_codes),
        settings.parameters_file,
        unfinished=unfinished,
        anew=anew,
        hooks_version=settings.hooks_version,
    )
