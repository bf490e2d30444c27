"""The phrases that patients and orders are told with: what is declared in ``phrases/*.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cds_service.cases.days import Timing
from cds_service.cases.patterns import Pattern, Table

RECORD, DRAFTS = "record", "drafts"

Template = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """What may be said, and the resources that it ``gives``, or the other sentences that it ``means``.

    ``timing`` holds where the sentence has no date of its own. ``file`` and ``note`` are for those who read the list.
    """

    say: tuple[Pattern, ...]
    gives: tuple[Template, ...] = ()
    means: tuple[str, ...] = ()
    timing: Timing = field(default_factory=Timing)
    file: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Modifier:
    """What may be said after a comma: what it ``sets`` (a merge patch) and ``adds`` to lists.

    ``of`` are the resource types that it can be said of; none: all.
    """

    say: tuple[Pattern, ...]
    of: frozenset[str] = frozenset()
    sets: Template = field(default_factory=dict)
    adds: Template = field(default_factory=dict)
    file: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A whole patient: the name as written, and the sentences."""

    name: str
    sentences: tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrasebook:
    """Every phrase of a content folder.

    ``as_of`` is the day of all cases; ``patient`` the Patient that phrases are about; ``arrives`` names the prefetch key for
    resource types and codes that no data requirement asks for; ``defaults`` are templates by use (record, drafts) and type;
    ``people`` are whole patients by name in lower case; ``burden`` lists drafts to ask about for each of them, by hook.
    ``understood`` keeps what each sentence gave, by use and words: cases say the same few sentences again and again.
    """

    as_of: date
    patient: Template
    arrives: Mapping[str, str]
    defaults: Mapping[str, Mapping[str, Template]]
    tables: Mapping[str, Table]
    phrases: Mapping[str, tuple[Phrase, ...]]
    modifiers: tuple[Modifier, ...]
    people: Mapping[str, Person]
    burden: Mapping[str, tuple[tuple[str, ...], ...]]
    understood: dict[tuple[str, str], tuple[dict[str, Any], ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
