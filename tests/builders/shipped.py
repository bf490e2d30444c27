"""The shipped content, its phrases and its cases: each read once in a process, for every test that asks."""

from __future__ import annotations

from functools import cache

from cds_service.cases.load import load_cases
from cds_service.cases.load_phrases import load_phrases
from cds_service.cases.model import Case
from cds_service.cases.phrases import Phrasebook
from cds_service.knowledge import Knowledge
from cds_service.served import load_content
from cds_service.settings import shipped_content


@cache
def knowledge() -> Knowledge:
    """The shipped content, checked and compiled."""
    return load_content(shipped_content())


@cache
def book() -> Phrasebook:
    """What can be said in its cases."""
    return load_phrases(shipped_content())


@cache
def cases() -> tuple[Case, ...]:
    """All its cases."""
    return load_cases(shipped_content(), knowledge(), book())
