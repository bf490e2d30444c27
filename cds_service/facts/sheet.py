"""The facts of one record while they are being read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import Any

from cds_service.facts.context import Finding, Reading
from cds_service.facts.declarations import Spec
from cds_service.facts.layout import Layout
from cds_service.fhir.record import Issue
from cds_service.fhirpath import Expression, FhirPathError
from cds_service.model.facts import Conflict, Evidence, Facts, Unknown, value_in, without


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """An expression that is true where facts cannot both be right: then ``path`` is reported as a conflict."""

    path: str
    why: str
    expression: Expression
    reads: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Sheet:
    """What the steps found so far. Values go into ``tree`` at once; what proves them is worked out when somebody asks.

    ``noted`` are the paths that have a value, each with the step that gave it; ``found`` is what a reader said of them, ``why`` the
    reason of a path that has none. ``readings`` are those that report a conflict or an issue. ``weak`` are the paths that rest on text or
    on unconfirmed or preliminary resources.
    """

    layout: Layout
    parameters: Mapping[str, Any]
    tree: dict[str, Any] = field(default_factory=dict)
    noted: dict[str, int] = field(default_factory=dict)
    found: dict[str, Finding] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    readings: dict[int, Reading] = field(default_factory=dict)
    weak: set[str] = field(default_factory=set)
    _proofs: dict[str, tuple[Evidence, ...]] = field(default_factory=dict)
    _in_order: Mapping[str, int] = field(default_factory=dict)
    _variables: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        """What expressions see: the tree as it grows, and the parameters."""
        self._variables = {"facts": self.tree, "parameters": self.parameters}

    def take(self, step: int, reading: Reading) -> None:
        """Note everything that a reader found and the content declares: what it has no name for, it does not read."""
        if reading.conflicts or reading.issues:
            self.readings[step] = reading
        places = self.layout.places
        for finding in reading.findings:
            path, value = finding.path, finding.value
            if path not in places:
                continue
            if value is None:
                self.why[path] = finding.why
                continue
            self.found[path] = finding
            self._put(step, path, value)
            if finding.weak:
                self.weak.add(path)
            if finding.weak_members:
                for number, names in enumerate(finding.weak_members):
                    self.weak.update(f"{path}[{number}].{name}" for name in names)

    def _put(self, step: int, path: str, value: Any) -> None:
        self.noted[path] = step
        self._in_order = {}
        node = self.tree
        around, last = self.layout.places[path]
        for name in around:
            node = node.setdefault(name, {})
        if isinstance(value, dict) and isinstance(node.get(last), dict):
            node[last].update(value)
        else:
            node[last] = value

    def derive(self, step: int, spec: Spec, expression: Expression) -> None:
        """Note what an expression says over the facts noted so far; its evidence is that of the facts it reads.

        It rests on what is not explicit if it would say something else without that.
        """
        is_list = spec.path in self.layout.lists
        result = self._said(expression, self.tree)
        if result is None:
            self.why[spec.path] = "the facts it is derived from disagree"
        elif not result and not is_list:
            self.why[spec.path] = "follows from facts that are not known"
        else:
            unsure = self.weak.intersection(self.layout.reads[step]) if self.weak else ()
            if unsure and self._said(expression, without(self.tree, unsure)) != result:
                self.weak.add(spec.path)
            self._put(step, spec.path, tuple(dict.fromkeys(result)) if is_list else result[0])

    def conflicts(self, checks: Iterable[Check]) -> Iterator[Conflict]:
        """The facts that checks find to be such that they cannot both be right."""
        for check in checks:
            if self._said(check.expression, self.tree) == [True]:
                references = dict.fromkeys(item.reference for path in check.reads for item in self.proof(path))
                yield Conflict(check.path, (), tuple(references), check.why)

    def _said(self, expression: Expression, tree: Mapping[str, Any]) -> list[Any] | None:
        """What an expression says; ``None`` where the facts that it reads disagree among themselves, which is reported already."""
        try:
            return expression(self._variables if tree is self.tree else {**self._variables, "facts": tree})
        except FhirPathError:
            return None

    def proof(self, path: str) -> tuple[Evidence, ...]:
        """The evidence of a path without index and of everything below it, each once, in the order of the steps."""
        below = self.layout.below.get(path)
        if below is None:
            return self._proof(path)
        order = self._order()
        names = [name for name in (path, *below) if name in order]
        return _each_once([self._proof(name) for name in sorted(names, key=order.__getitem__)])

    def in_order(self) -> list[str]:
        """The paths that have a value, in the order of the steps."""
        return list(self._order())

    def _order(self) -> Mapping[str, int]:
        if not self._in_order:
            self._in_order = {name: number for number, name in enumerate(sorted(self.noted, key=self.noted.__getitem__))}
        return self._in_order

    def proofs(self, path: str) -> Iterator[tuple[str, tuple[Evidence, ...]]]:
        """The evidence of one path, and of the members of its elements where it is a list, each with its path; where there is any."""
        finding = self.found.get(path)
        own = self._derived(path) if finding is None else ordered(finding.evidence)
        if own:
            yield path, own
        for number, items in enumerate(() if finding is None else finding.items):
            proof = ordered(items)
            for name, value in finding.value[number].items() if finding is not None else ():
                if value not in ((), None):
                    yield f"{path}[{number}].{name}", proof

    def _proof(self, path: str) -> tuple[Evidence, ...]:
        known = self._proofs.get(path)
        if known is None:
            self._proofs[path] = ()  # a fact is no evidence of itself
            finding = self.found.get(path)
            if finding is None:
                known = self._derived(path)
            elif finding.items:
                known = _each_once([proof for _, proof in self.proofs(path)])
            else:
                known = ordered(finding.evidence)
            self._proofs[path] = known
        return known

    def _derived(self, path: str) -> tuple[Evidence, ...]:
        reads = self.layout.reads[self.noted[path]] if path in self.noted else ()
        return ordered(_each_once([self.proof(read) for read in reads]))

    def references(self) -> frozenset[str]:
        """The resources that the facts noted so far rest on."""
        return frozenset([item.reference for finding in self.found.values() for item in chain(finding.evidence, *finding.items)])

    def copy(self) -> Sheet:
        """What is noted so far, as it stays while more is noted here."""
        return replace(
            self,
            tree=_copied(self.tree),
            noted=dict(self.noted),
            found=dict(self.found),
            why=dict(self.why),
            readings=dict(self.readings),
            weak=set(self.weak),
            _proofs={},
        )


class ReadFacts(Facts):
    """The facts of a sheet to which nothing is added any more: evidence, and what is not known, are worked out when somebody asks."""

    _sheet: Sheet

    def __init__(self, sheet: Sheet, conflicts: Iterable[Conflict], issues: Iterable[Issue]) -> None:
        vars(self).update(
            tree=sheet.tree,
            conflicts=tuple(dict.fromkeys(conflicts)),
            issues=tuple(dict.fromkeys(issues)),
            weak=frozenset(sheet.weak),
            _sheet=sheet,
        )

    @cached_property
    def evidence(self) -> Mapping[str, tuple[Evidence, ...]]:
        """As in :class:`Facts`."""
        return {name: proof for path in self._sheet.in_order() for name, proof in self._sheet.proofs(path)}

    @cached_property
    def unknown(self) -> tuple[Unknown, ...]:
        """As in :class:`Facts`; where only a part was read, the rest is not found."""
        noted, why = self._sheet.noted, self._sheet.why
        paths = [path for path in self._sheet.layout.asked if path not in noted and value_in(self.tree, path) is None]
        return tuple([Unknown(path, why.get(path, "not found in the record received")) for path in paths])

    def evidence_of_elements(self, path: str) -> Mapping[int, tuple[Evidence, ...]]:
        """As in :class:`Facts`."""
        finding = self._sheet.found.get(path)
        proofs = {} if finding is None else {number: ordered(items) for number, items in enumerate(finding.items) if items}
        return {number: proof for number, proof in proofs.items() if finding is not None and _is_said(finding.value[number])}

    def evidence_of(self, path: str) -> tuple[Evidence, ...]:
        """As in :class:`Facts`."""
        return super().evidence_of(path) if "[" in path else self._sheet.proof(path)


def _is_said(element: Mapping[str, Any]) -> bool:
    """Whether an element of a list says anything that its evidence could prove."""
    return any(value not in ((), None) for value in element.values())


def _each_once(proofs: Sequence[tuple[Evidence, ...]]) -> tuple[Evidence, ...]:
    """The evidence of several paths together, of which each is there once."""
    found = [proof for proof in proofs if proof]
    if len(found) == 1:
        return found[0]
    return tuple(dict.fromkeys(chain.from_iterable(found)))


def ordered(proof: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Evidence by date, then reference, so that the order of arrival never shows."""
    found = tuple(dict.fromkeys(proof))
    return found if len(found) < 2 else tuple(sorted(found, key=lambda item: (item.date or "9999", item.reference)))


def _copied(tree: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _copied(value) if isinstance(value, Mapping) else value for name, value in tree.items()}
