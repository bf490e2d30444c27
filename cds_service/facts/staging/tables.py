"""The staging tables of the content, expanded for look-up: sites, roles of spread, M sub-categories, stage groups.

Format: the README beside the tables. Everything wrong with them is reported at once as :class:`ContentProblem`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from cds_service.errors import ContentProblem

ANY = "any"
ROLES = frozenset({"regional", "distant", "ambiguous"})
KINDS = frozenset({"chain", "organ", "surface", "unspecified"})
VERIFICATIONS = frozenset({"verified", "unverified"})
NO_STAGE = "none"
MANY = 4
"""Counts of sites from here on mean the same to every rule; used to find rules that contradict each other."""

StageKey = tuple[str, str, str]
MKey = tuple[bool, bool, int]


@dataclass(frozen=True, slots=True)
class Cell:
    """What a table says for one combination; ``value`` ``None``: expressly no stage."""

    value: str | None
    source: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One system in one edition. Stages by (t, n, m), ``""`` for an axis that is not known; M by (surface, unspecified, sites)."""

    system: str
    edition: str
    categories: Mapping[str, frozenset[str]] = field(default_factory=dict)
    stages: Mapping[StageKey, Cell] = field(default_factory=dict)
    m_categories: Mapping[MKey, Cell] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StagingTables:
    """``sites``: primary site -> systems, the one of registries first. ``roles``: (system or ``any``, spread site) -> (role, kind).

    ``advanced`` is the stage group that distant spread makes; its sub-groups begin with it (``X``, ``XA``).
    """

    sites: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    roles: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    editions: Mapping[str, tuple[Edition, ...]] = field(default_factory=dict)
    episode_days: int = 0
    advanced: str = ""

    def is_advanced(self, group: str | None) -> bool:
        """Whether a stage group is the one that distant spread makes, or a sub-group of it."""
        return bool(self.advanced) and (group or "").startswith(self.advanced)

    def systems(self, site: str | None) -> tuple[str, ...]:
        """The staging systems of a primary site; for one that is not named, those that hold for any site."""
        return self.sites.get(site or "") or self.sites.get(ANY, ())

    def system_role(self, system: str | None, spread: str) -> tuple[str, str]:
        """(role, kind) of spread in one system; what the tables do not name is ambiguous."""
        return self.roles.get((system or "", spread)) or self.roles.get((ANY, spread), ("ambiguous", "unspecified"))

    def role(self, site: str | None, spread: str) -> tuple[str, str]:
        """(role, kind) of spread for a primary site: ``regional``, ``distant``, or ``ambiguous`` where its systems disagree."""
        found = {self.system_role(system, spread) for system in self.systems(site)} or {self.system_role(None, spread)}
        roles = {role for role, _ in found}
        return (roles.pop() if len(roles) == 1 else "ambiguous"), min(kind for _, kind in found)


def check_staging_tables(directory: Path) -> tuple[StagingTables, tuple[ContentProblem, ...]]:
    """The tables as far as they can be read, and every problem."""
    loader = _Loader()
    for path in sorted(directory.glob("*.yaml")):
        loader.read(path)
    return loader.tables(), tuple(sorted(loader.problems))


class _Loader:
    """Reads one file after the other and keeps what is wrong."""

    def __init__(self) -> None:
        self.problems: list[ContentProblem] = []
        self.sites: dict[str, tuple[str, ...]] = {}
        self.episode_days = 0
        self.advanced = ""
        self.roles: dict[tuple[str, str], tuple[str, str]] = {}
        self.stages: dict[tuple[str, str], dict[StageKey, Cell]] = {}
        self.m_rules: dict[tuple[str, str], dict[MKey, Cell]] = {}
        self.categories: dict[tuple[str, str], dict[str, frozenset[str]]] = {}
        self.file = ""

    def read(self, path: Path) -> None:
        self.file = path.name
        try:
            data = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  a safe loader
        except (OSError, UnicodeDecodeError, yaml.YAMLError):
            self._problem("(file)", "is not YAML", "correct the YAML")
            return
        readers: dict[str, tuple[Callable[[Mapping[str, Any]], None], frozenset[str]]] = {
            "sites": (self._sites, frozenset({"sites", "episode", "advanced"})),
            "spread": (self._spread, frozenset({"rows"})),
            "m-category": (self._m_category, frozenset({"system", "edition", "rows"})),
            "stage-group": (self._stage_group, frozenset({"system", "edition", "categories", "rows"})),
        }
        kind = data.get("kind") if isinstance(data, Mapping) else None
        if not isinstance(data, Mapping) or kind not in readers:
            self._problem("kind", "is missing or unknown", f"use one of {', '.join(sorted(readers))}")
            return
        read, columns = readers[str(kind)]
        if self._columns(data, "(top)", columns | {"kind", "title"}, required=columns | {"title"}):
            read(data)

    def _sites(self, data: Mapping[str, Any]) -> None:
        episode = data["episode"]
        if not isinstance(episode, Mapping) or not isinstance(episode.get("days"), int) or not episode.get("source"):
            self._problem("episode", "lacks days or source", "give a number of days and where it comes from")
        else:
            self.episode_days = episode["days"]
        advanced = data["advanced"]
        if not isinstance(advanced, Mapping) or not isinstance(advanced.get("group"), str) or not advanced.get("source"):
            self._problem("advanced", "lacks group or source", "give the stage group that distant spread makes, and where that is said")
        else:
            self.advanced = advanced["group"]
        for position, row in self._rows(data, "sites", {"site", "systems", "source"}):
            if row["site"] in self.sites:
                self._problem(f"sites[{position}].site", f"'{row['site']}' is listed twice", "keep one row")
            self.sites[row["site"]] = tuple(_strings(row["systems"]))

    def _spread(self, data: Mapping[str, Any]) -> None:
        for position, row in self._rows(data, "rows", {"systems", "spread", "role", "kind", "source"}):
            where = f"rows[{position}]"
            if row["role"] not in ROLES or row["kind"] not in KINDS:
                self._problem(where, "has an unknown role or kind", f"roles: {', '.join(sorted(ROLES))}; kinds: {', '.join(sorted(KINDS))}")
                continue
            for key in product(_strings(row["systems"]), _strings(row["spread"])):
                if self.roles.setdefault(key, (row["role"], row["kind"])) != (row["role"], row["kind"]):
                    self._problem(where, f"contradicts another row for {' and '.join(key)}", "keep one role for each pair")

    def _m_category(self, data: Mapping[str, Any]) -> None:
        cells = self.m_rules.setdefault((str(data["system"]), str(data["edition"])), {})
        for position, row in self._rows(data, "rows", {"surface", "unspecified", "sites", "m", "source", "verification"}):
            counts = _counts(row["sites"])
            flags = [_flags(row[name]) for name in ("surface", "unspecified")]
            if counts is None or not all(flags):
                self._problem(
                    f"rows[{position}]", "has a column that is not understood", "sites: 0, 1, 2+ or any; the others: yes, no or any"
                )
                continue
            cell = Cell(str(row["m"]), str(row["source"]), row["verification"] == "verified")
            for key in product(flags[0], flags[1], counts):
                self._place(cells, key, cell, f"rows[{position}]")

    def _stage_group(self, data: Mapping[str, Any]) -> None:
        name = (str(data["system"]), str(data["edition"]))
        listed = data["categories"]
        if not isinstance(listed, Mapping) or set(listed) != {"t", "n", "m"}:
            self._problem("categories", "must list t, n and m", "list every category of the edition")
            return
        self.categories[name] = {axis: frozenset(_strings(listed[axis])) for axis in ("t", "n", "m")}
        cells = self.stages.setdefault(name, {})
        for position, row in self._rows(data, "rows", {"t", "n", "m", "stage", "source", "verification"}):
            axes = [self._expand(row[axis], self.categories[name][axis], f"rows[{position}].{axis}") for axis in ("t", "n", "m")]
            stage = None if str(row["stage"]) == NO_STAGE else str(row["stage"])
            for t, n, m in product(*axes):
                self._place(cells, (t, n, m), Cell(stage, str(row["source"]), row["verification"] == "verified"), f"rows[{position}]")

    def _place(self, cells: dict[Any, Cell], key: object, cell: Cell, where: str) -> None:
        if cells.setdefault(key, cell).value != cell.value:
            self._problem(where, f"contradicts another row for {key}", "let every combination have one result")

    def _expand(self, value: object, known: frozenset[str], where: str) -> list[str]:
        """The categories that a cell means: names, ``any`` (all, and not known), ``!name`` to leave one out, ``N1*`` for all of a kind."""
        found: dict[str, None] = {}
        for item in _strings(value):
            name = item.removeprefix("!")
            if name == ANY:
                matches = {"", *known}
            else:
                matches = {one for one in known if one == name or (name.endswith("*") and one.startswith(name[:-1]))}
            if not matches:
                self._problem(
                    where, f"'{item}' is no category of this edition", "use the listed categories, 'any', a name with '*' or '!name'"
                )
            for match in sorted(matches):
                if item.startswith("!"):
                    found.pop(match, None)
                else:
                    found[match] = None
        return list(found)

    def _rows(self, data: Mapping[str, Any], name: str, columns: set[str]) -> Iterable[tuple[int, Mapping[str, Any]]]:
        rows = data.get(name)
        if not isinstance(rows, list):
            self._problem(name, "is not a list", "give one row per line")
            return
        for position, row in enumerate(rows):
            if self._columns(row, f"{name}[{position}]", frozenset(columns | {"note"}), required=frozenset(columns)):
                yield position, row

    def _columns(self, row: object, where: str, known: frozenset[str], *, required: frozenset[str]) -> bool:
        if not isinstance(row, Mapping):
            self._problem(where, "is not a mapping", "write 'name: value'")
            return False
        unknown = sorted(str(name) for name in row if name not in known)
        missing = sorted(name for name in required if row.get(name) in (None, "", []))
        for name in unknown:
            self._problem(f"{where}.{name}", "is an unknown column", f"use {', '.join(sorted(known))}")
        for name in missing:
            self._problem(f"{where}.{name}", "is missing", "give it a value")
        if row.get("verification") not in (None, "", *VERIFICATIONS):
            self._problem(f"{where}.verification", "is unknown", "use verified or unverified")
            return False
        return not unknown and not missing

    def _problem(self, element: str, problem: str, remedy: str) -> None:
        self.problems.append(ContentProblem(f"staging/{self.file}", element, problem, remedy))

    def tables(self) -> StagingTables:
        editions: dict[str, list[Edition]] = {}
        for name in sorted({*self.stages, *self.m_rules}):
            edition = Edition(
                system=name[0],
                edition=name[1],
                categories=self.categories.get(name, {}),
                stages=self.stages.get(name, {}),
                m_categories=self.m_rules.get(name, {}),
            )
            editions.setdefault(name[0], []).append(edition)
        self._complete(editions)
        return StagingTables(
            sites=self.sites,
            roles=self.roles,
            editions={system: tuple(found) for system, found in editions.items()},
            episode_days=self.episode_days,
            advanced=self.advanced,
        )

    def _complete(self, editions: Mapping[str, list[Edition]]) -> None:
        """Every system that a site names has stage groups and M rules in each of its editions."""
        self.file = "(all)"
        for system in sorted({system for systems in self.sites.values() for system in systems}):
            if system not in editions:
                self._problem(system, "has no tables", "add stage groups and M rules, or correct the site's systems")
            for edition in editions.get(system, ()):
                if not edition.stages or not edition.m_categories:
                    self._problem(f"{system} {edition.edition}", "lacks stage groups or M rules", "give both for every edition")


def _strings(value: object) -> list[str]:
    return [str(item) for item in (value if isinstance(value, list) else [value])]


def _flags(value: object) -> list[bool]:
    return (
        {"yes": [True], "no": [False], True: [True], False: [False], ANY: [True, False]}.get(value, [])
        if isinstance(value, str | bool)
        else []
    )


def _counts(value: object) -> list[int] | None:
    written = str(value)
    if written == ANY:
        return list(range(MANY + 1))
    low, plus, rest = written.partition("+")
    if not low.isdigit() or rest or int(low) > MANY:
        return None
    return list(range(int(low), MANY + 1)) if plus else [int(low)]
