"""The facts of one record while they are being read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cds_service.facts.context import Finding, Reading
from cds_service.facts.declarations import Spec
from cds_service.fhir.record import Issue
from cds_service.fhirpath import Expression, FhirPathError
from cds_service.model.declaration import FactModel
from cds_service.model.facts import Conflict, Evidence, Facts, Proofs, Unknown, value_in, without


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """An expression that is true where facts cannot both be right: then ``path`` is reported as a conflict."""

    path: str
    why: str
    expression: Expression


@dataclass(slots=True, kw_only=True)
class Sheet:
    """The facts of one record while they are being read; :meth:`facts` hands them over."""

    model: FactModel
    issues: list[Issue]
    tree: dict[str, Any] = field(default_factory=dict)
    evidence: dict[str, tuple[Evidence, ...]] = field(default_factory=dict)
    proofs: Proofs = field(default_factory=Proofs)
    why: dict[str, str] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    weak: set[str] = field(default_factory=set)

    def take(self, reading: Reading) -> None:
        """Note everything that a reader found and the content declares: what it has no name for, it does not read."""
        for finding in reading.findings:
            if finding.path in self.model.declarations:
                self.put(finding)
        self.conflicts.extend(reading.conflicts)
        self.issues.extend(reading.issues)

    def put(self, finding: Finding) -> None:
        """Note one finding: its value with evidence, or why there is none."""
        if finding.value is None:
            self.why[finding.path] = finding.why
            return
        self._set(finding.path, finding.value)
        if finding.evidence:
            self._prove(finding.path, finding.evidence)
        for number, proof in enumerate(finding.items):
            for name, value in finding.value[number].items():
                if value not in ((), None):
                    self._prove(f"{finding.path}[{number}].{name}", proof)
        if finding.weak:
            self.weak.add(finding.path)
        for number, names in enumerate(finding.weak_members):
            self.weak.update(f"{finding.path}[{number}].{name}" for name in names)

    def _prove(self, path: str, proof: Iterable[Evidence]) -> None:
        self.evidence[path] = tuple(sorted(dict.fromkeys(proof), key=_order))
        self.proofs.add(path, self.evidence[path])

    def _set(self, path: str, value: Any) -> None:
        node = self.tree
        *parents, last = path.split(".")
        for name in parents:
            node = node.setdefault(name, {})
        if isinstance(value, Mapping) and isinstance(node.get(last), dict):
            node[last].update(value)
        else:
            node[last] = value

    def derive(self, spec: Spec, expression: Expression, parameters: Mapping[str, Any]) -> None:
        """Note what an expression says over the facts noted so far; its evidence is that of the facts it reads.

        It rests on what is not explicit if it would say something else without that.
        """
        many = self.model.declarations[spec.path].type.many
        result = _said(expression, self.tree, parameters)
        if result is None:
            self.why[spec.path] = "the facts it is derived from disagree"
            return
        if not result and not many:
            self.why[spec.path] = "follows from facts that are not known"
            return
        reads = [path.removeprefix("facts.") for path in expression.reads if path.startswith("facts.")]
        proof = tuple(dict.fromkeys(item for path in sorted(reads) for item in self.proofs.of(path)))
        value = tuple(dict.fromkeys(result)) if many else result[0]
        unsure = self.weak.intersection(reads)
        rests = bool(unsure) and _said(expression, without(self.tree, unsure), parameters) != result
        self.put(Finding(path=spec.path, value=value, evidence=proof, weak=rests))

    def check(self, check: Check, parameters: Mapping[str, Any]) -> None:
        """Note a conflict if the check finds facts that cannot both be right."""
        if _said(check.expression, self.tree, parameters) == [True]:
            reads = sorted(path.removeprefix("facts.") for path in check.expression.reads)
            references = dict.fromkeys(item.reference for path in reads for item in self.proofs.of(path))
            self.conflicts.append(Conflict(check.path, (), tuple(references), check.why))

    def facts(self) -> Facts:
        """The facts as noted, with every declared path that has no value and why."""
        unknown = [
            Unknown(path, self.why.get(path, "not found in the record received"))
            for path, declaration in self.model.declarations.items()
            if not declaration.internal and declaration.type.name != "object" and not self._is_member(path) and not self._has(path)
        ]
        return Facts(
            tree=self.tree,
            evidence=self.evidence,
            unknown=tuple(unknown),
            conflicts=tuple(dict.fromkeys(self.conflicts)),
            issues=tuple(dict.fromkeys(self.issues)),
            weak=frozenset(self.weak),
        )

    def _has(self, path: str) -> bool:
        return value_in(self.tree, path) is not None

    def _is_member(self, path: str) -> bool:
        parent = path.rpartition(".")[0]
        while parent:
            declaration = self.model.declarations.get(parent)
            if declaration is not None and declaration.type.many:
                return True
            parent = parent.rpartition(".")[0]
        return False


def _said(expression: Expression, tree: Mapping[str, Any], parameters: Mapping[str, Any]) -> list[Any] | None:
    """What an expression says; ``None`` where the facts that it reads disagree among themselves, which is reported already."""
    try:
        return expression({"facts": tree, "parameters": parameters})
    except FhirPathError:
        return None


def _order(evidence: Evidence) -> tuple[str, str]:
    """Evidence by date, then reference, so that the order of arrival never shows."""
    return evidence.date or "9999", evidence.reference
