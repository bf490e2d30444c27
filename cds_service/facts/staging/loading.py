"""Reading and checking the staging tables. Everything wrong with them is reported at once as :class:`ContentProblem`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import product
from pathlib import Path
from typing import Any

from cds_service.documents import Unreadable, read_yaml
from cds_service.errors import ContentProblem
from cds_service.facts.staging.tables import (
    AMBIGUOUS,
    ANY,
    BOTH,
    KINDS,
    LEFT,
    MANY,
    RIGHT,
    ROLES,
    Cell,
    Edition,
    MKey,
    Role,
    Scale,
    StageKey,
    StagingTables,
    Together,
)

VERIFICATIONS = frozenset({"verified", "unverified"})
NO_STAGE = "none"
_M_COLUMNS = ("surface", "unspecified", "chains", "organs")


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
        self.scale = Scale()
        self.roles: dict[tuple[str, str], Role] = {}
        self.reads: dict[str, Mapping[str, str]] = {}
        self.together: list[Together] = []
        self.stages: dict[tuple[str, str], dict[StageKey, Cell]] = {}
        self.m_rules: dict[tuple[str, str], dict[MKey, Cell]] = {}
        self.categories: dict[tuple[str, str], dict[str, frozenset[str]]] = {}
        self.file = ""

    def read(self, path: Path) -> None:
        self.file = path.name
        try:
            data = read_yaml(path)
        except Unreadable as error:
            self.problems.append(error.of(f"staging/{self.file}"))
            return
        readers: dict[str, tuple[Callable[[Mapping[str, Any]], None], frozenset[str]]] = {
            "sites": (self._sites, frozenset({"sites", "episode", "families", "advanced"})),
            "spread": (self._spread, frozenset({"rows"})),
            "places": (self._places, frozenset({"places", "together"})),
            "m-category": (self._m_category, frozenset({"system", "edition", "rows"})),
            "stage-group": (self._stage_group, frozenset({"system", "edition", "categories", "rows"})),
        }
        kind = data.get("kind") if isinstance(data, Mapping) else None
        if not isinstance(data, Mapping) or kind not in readers:
            self._problem("kind", "is missing or unknown", f"use one of {', '.join(sorted(readers))}")
            return
        read, columns = readers[str(kind)]
        if self._columns(data, "(top)", columns | {"kind", "title"}, required=columns | {"title"}, may_be_empty={"together", "rows"}):
            read(data)

    def _sites(self, data: Mapping[str, Any]) -> None:
        episode, advanced = data["episode"], data["advanced"]
        if not isinstance(episode, Mapping) or not isinstance(episode.get("days"), int) or not episode.get("source"):
            self._problem("episode", "lacks days or source", "give a number of days and where it comes from")
        else:
            self.episode_days = episode["days"]
        self.scale = Scale(families=tuple(_strings(data["families"])))
        if not isinstance(advanced, Mapping) or not isinstance(advanced.get("group"), str) or not advanced.get("source"):
            self._problem("advanced", "lacks group or source", "give the stage group that distant spread makes, and where that is said")
        elif advanced["group"] not in self.scale.families:
            self._problem("advanced.group", f"'{advanced['group']}' is none of the families", "add it to the families, or correct it")
        else:
            self.scale = Scale(families=self.scale.families, advanced=advanced["group"])
        for position, row in self._rows(data, "sites", {"site", "systems", "source"}, may_be_empty={"systems"}):
            if row["site"] in self.sites:
                self._problem(f"sites[{position}].site", f"'{row['site']}' is listed twice", "keep one row")
            self.sites[row["site"]] = tuple(_strings(row["systems"]))

    def _spread(self, data: Mapping[str, Any]) -> None:
        for position, row in self._rows(data, "rows", {"for", "spread", "role", "kind", "source", "verification"}):
            where = f"rows[{position}]"
            if row["role"] not in ROLES or row["kind"] not in KINDS:
                self._problem(where, "has an unknown role or kind", f"roles: {', '.join(sorted(ROLES))}; kinds: {', '.join(sorted(KINDS))}")
                continue
            verified = row["verification"] == "verified"
            role = Role(role=row["role"] if verified else AMBIGUOUS, kind=row["kind"], verified=verified)
            for key in product(_strings(row["for"]), _strings(row["spread"])):
                if self.roles.setdefault(key, role) != role:
                    self._problem(where, f"contradicts another row for {' and '.join(key)}", "keep one role for each pair")

    def _places(self, data: Mapping[str, Any]) -> None:
        for position, row in self._rows(data, "places", {"places", "stands"}):
            stands = row["stands"]
            by_role = (
                {str(role): str(site) for role, site in stands.items()}
                if isinstance(stands, Mapping)
                else dict.fromkeys(ROLES, str(stands))
            )
            if set(by_role) != ROLES:
                self._problem(
                    f"places[{position}].stands", "names no site for some role", f"give one site, or one for {', '.join(sorted(ROLES))}"
                )
                continue
            for place in _strings(row["places"]):
                if self.reads.setdefault(place, by_role) != by_role:
                    self._problem(f"places[{position}]", f"lists '{place}' twice", "keep one row")
        for position, row in self._rows(data, "together", {"whole", "source", "verification"}, optional={"parts", "sides"}):
            sides = row.get("sides", {})
            if ("parts" in row) == ("sides" in row) or not isinstance(sides, Mapping) or set(sides) - {LEFT, RIGHT, BOTH}:
                remedy = f"name the parts, or the sides {LEFT}, {RIGHT} and {BOTH}"
                self._problem(f"together[{position}]", "needs either parts or sides", remedy)
                continue
            by_side = {str(side): str(place) for side, place in sides.items()}
            parts = frozenset(_strings(row["parts"]) if "parts" in row else [place for side, place in by_side.items() if side != BOTH])
            for place in sorted({*parts, *by_side.values()} - set(self.reads)):
                self._problem(f"together[{position}]", f"names '{place}', which is no place", "list it under places")
            verified = row["verification"] == "verified"
            self.together.append(Together(whole=row["whole"], parts=parts, sides=by_side, verified=verified))

    def _m_category(self, data: Mapping[str, Any]) -> None:
        cells = self.m_rules.setdefault((str(data["system"]), str(data["edition"])), {})
        for position, row in self._rows(data, "rows", {*_M_COLUMNS, "m", "source", "verification"}):
            flags = [_flags(row[name]) for name in _M_COLUMNS[:2]]
            counts = [_counts(row[name]) for name in _M_COLUMNS[2:]]
            if not all(flags) or not all(counts):
                remedy = "chains and organs: 0, 1, 0-1, 2+ or any; the others: yes, no or any"
                self._problem(f"rows[{position}]", "has a column that is not understood", remedy)
                continue
            cell = Cell(str(row["m"]), str(row["source"]), row["verification"] == "verified")
            for key in product(*flags, *counts):
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

    def _rows(
        self,
        data: Mapping[str, Any],
        name: str,
        columns: set[str],
        *,
        optional: Iterable[str] = (),
        may_be_empty: Iterable[str] = (),
    ) -> Iterable[tuple[int, Mapping[str, Any]]]:
        rows = data.get(name)
        if not isinstance(rows, list):
            self._problem(name, "is not a list", "give one row per line")
            return
        for position, row in enumerate(rows):
            known = frozenset({*columns, *optional, "note"})
            if self._columns(row, f"{name}[{position}]", known, required=frozenset(columns), may_be_empty=may_be_empty):
                yield position, row

    def _columns(
        self, row: object, where: str, known: frozenset[str], *, required: frozenset[str], may_be_empty: Iterable[str] = ()
    ) -> bool:
        if not isinstance(row, Mapping):
            self._problem(where, "is not a mapping", "write 'name: value'")
            return False
        unknown = sorted(str(name) for name in row if name not in known)
        missing = sorted(name for name in required if row.get(name) in (None, "") or (row[name] == [] and name not in may_be_empty))
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
            reads=self.reads,
            together=tuple(self.together),
            editions={system: tuple(found) for system, found in editions.items()},
            episode_days=self.episode_days,
            scale=self.scale,
        )

    def _complete(self, editions: Mapping[str, list[Edition]]) -> None:
        """Every system that a site names has stage groups and M rules in each of its editions, and stages of a known family."""
        self.file = "(all)"
        for system in sorted({system for systems in self.sites.values() for system in systems}):
            if system not in editions:
                self._problem(system, "has no tables", "add stage groups and M rules, or correct the site's systems")
            for edition in editions.get(system, ()):
                if not edition.stages or not edition.m_categories:
                    self._problem(f"{system} {edition.edition}", "lacks stage groups or M rules", "give both for every edition")
                unknown = {cell.value for cell in edition.stages.values() if cell.value and self.scale.number(cell.value) is None}
                for stage in sorted(unknown):
                    remedy = "add its family to the families of the sites"
                    self._problem(f"{system} {edition.edition}", f"has the stage '{stage}', which is of no family", remedy)


def _strings(value: object) -> list[str]:
    return [str(item) for item in (value if isinstance(value, list) else [value])]


def _flags(value: object) -> list[bool]:
    return (
        {"yes": [True], "no": [False], True: [True], False: [False], ANY: [True, False]}.get(value, [])
        if isinstance(value, str | bool)
        else []
    )


def _counts(value: object) -> list[int]:
    """``2``, ``0-1``, ``2+`` or ``any``; empty if not understood."""
    written = str(value)
    if written == ANY:
        return list(range(MANY + 1))
    low, mark, high = written.replace("+", f"-{MANY}").partition("-")
    if not low.isdigit() or not (high or low).isdigit() or bool(mark) != bool(high):
        return []
    return [] if int(high or low) > MANY else list(range(int(low), int(high or low) + 1))
