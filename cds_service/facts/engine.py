"""The interpreter of the fact declarations: runs every reader and expression in order of dependence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from cds_service.errors import ContentProblem
from cds_service.facts.context import Context, Finding, Reading
from cds_service.facts.declarations import Spec, load_specs, read_yaml
from cds_service.facts.disorders import read_disorders
from cds_service.facts.readers import READERS
from cds_service.facts.staging.tables import StagingTables, check_staging_tables
from cds_service.fhir.record import Issue, PatientRecord
from cds_service.fhir.terminology import Terminology
from cds_service.fhirpath import Expression, FhirPathError, Type, compile_expression
from cds_service.model.declaration import FactModel
from cds_service.model.facts import Conflict, Evidence, Facts, Unknown

_MALFORMED = (TypeError, AttributeError, KeyError, ValueError, ArithmeticError, IndexError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """An expression that is true where facts cannot both be right: then ``path`` is reported as a conflict."""

    path: str
    why: str
    expression: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsEngine:
    """The compiled declarations of one content folder. Immutable; safe to share between threads and forked workers."""

    model: FactModel
    steps: tuple[tuple[Spec, Expression | None], ...]
    terminology: Terminology
    tables: StagingTables
    parameters: Mapping[str, Any]
    disorders: Mapping[str, Any]
    checks: tuple[Check, ...] = ()

    def build(self, record: PatientRecord, as_of: date) -> Facts:
        """All facts of a record, as known on ``as_of``. Pure; never raises for what a record holds."""
        sheet = _Sheet(model=self.model, issues=list(record.issues))
        context = Context(record=record, terminology=self.terminology, parameters=self.parameters, as_of=as_of, tree=sheet.tree)
        disorders = read_disorders(context, self.disorders)
        sheet.issues.extend(disorders.issues)
        context = replace(context, shared={**disorders.shared, "tables": self.tables})
        for spec, expression in self.steps:
            if expression is None:
                sheet.take(_read(context, spec))
            else:
                sheet.derive(spec, expression, self.parameters)
        for check in self.checks:
            sheet.check(check, self.parameters)
        return sheet.facts()


def _read(context: Context, spec: Spec) -> Reading:
    assert spec.reader is not None
    try:
        return READERS[spec.reader](context, spec)
    except _MALFORMED:
        # One resource of an unexpected shape costs the facts of this reader, never the answer.
        why = "a resource of an unexpected shape could not be read"
        return Reading(findings=tuple(Finding(path=path, why=why) for path in spec.gives), issues=(Issue("structure", spec.path, why),))


@dataclass(slots=True, kw_only=True)
class _Sheet:
    """The facts of one record while they are being read; :meth:`facts` freezes them."""

    model: FactModel
    issues: list[Issue]
    tree: dict[str, Any] = field(default_factory=dict)
    evidence: dict[str, tuple[Evidence, ...]] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    weak: set[str] = field(default_factory=set)

    def take(self, reading: Reading) -> None:
        for finding in reading.findings:
            self.put(finding)
        self.conflicts.extend(reading.conflicts)
        self.issues.extend(reading.issues)

    def put(self, finding: Finding) -> None:
        if finding.value is None:
            self.why[finding.path] = finding.why
            return
        self._set(finding.path, finding.value)
        if finding.evidence:
            self.evidence[finding.path] = finding.evidence
        for number, proof in enumerate(finding.items):
            for name, value in finding.value[number].items():
                if value not in ((), None):
                    self.evidence[f"{finding.path}[{number}].{name}"] = proof
        if finding.weak:
            self.weak.add(finding.path)

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
        many = self.model.declarations[spec.path].type.many
        try:
            result = expression({"facts": self.tree, "parameters": parameters})
        except FhirPathError:
            self.why[spec.path] = "the facts it is derived from disagree"
            return
        if not result and not many:
            self.why[spec.path] = "follows from facts that are not known"
            return
        reads = [path.removeprefix("facts.") for path in expression.reads if path.startswith("facts.")]
        known = Facts(tree=self.tree, evidence=self.evidence)
        proof = tuple(dict.fromkeys(item for path in sorted(reads) for item in known.evidence_of(path)))
        value = tuple(dict.fromkeys(result)) if many else result[0]
        self.put(Finding(path=spec.path, value=value, evidence=proof, weak=any(path in self.weak for path in reads)))

    def check(self, check: Check, parameters: Mapping[str, Any]) -> None:
        if check.expression({"facts": self.tree, "parameters": parameters}) == [True]:
            known = Facts(tree=self.tree, evidence=self.evidence)
            reads = sorted(path.removeprefix("facts.") for path in check.expression.reads)
            references = dict.fromkeys(item.reference for path in reads for item in known.evidence_of(path))
            self.conflicts.append(Conflict(check.path, (), tuple(references), check.why))

    def facts(self) -> Facts:
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
        return Facts(tree=self.tree).value(path) is not None

    def _is_member(self, path: str) -> bool:
        parent = path.rpartition(".")[0]
        while parent:
            declaration = self.model.declarations.get(parent)
            if declaration is not None and declaration.type.many:
                return True
            parent = parent.rpartition(".")[0]
        return False


def load_facts(
    content_dir: Path, terminology: Terminology, parameters: Mapping[str, Any], parameter_types: Type
) -> tuple[FactsEngine, tuple[ContentProblem, ...]]:
    """Load, check and compile the fact declarations and staging tables of a content folder; problems are returned, not raised."""
    problems: list[ContentProblem] = []
    specs, model, found = load_specs(content_dir / "facts", terminology)
    problems.extend(found)
    settings: dict[str, Any] = {}
    checks: list[Check] = []
    for path in sorted((content_dir / "facts").glob("*.yaml")):
        file = read_yaml(path, [])
        settings.update(file.get("disorders", {}))
        checks.extend(_checks(path.name, file.get("checks", ()), model, parameter_types, problems))
    tables, table_problems = check_staging_tables(content_dir / "staging")
    problems.extend(table_problems)
    compiled = [(spec, _compile(spec, model, parameter_types, problems)) for spec in specs]
    for spec in specs:
        problems.extend(_reference_problems(spec, terminology))
    engine = FactsEngine(
        model=_with_dependencies(model, compiled),
        steps=tuple(_ordered(compiled, problems)),
        terminology=terminology,
        tables=tables,
        parameters=parameters,
        disorders=settings,
        checks=tuple(checks),
    )
    return engine, tuple(problems)


def _checks(
    file: str, entries: Iterable[Any], model: FactModel, parameter_types: Type, problems: list[ContentProblem]
) -> Iterable[Check]:
    for number, entry in enumerate(entries):
        where = f"checks[{number}]"
        if not isinstance(entry, Mapping) or set(entry) != {"path", "why", "expression"} or entry["path"] not in model.declarations:
            problems.append(ContentProblem(file, where, "needs a declared path, why, and an expression", "write exactly these three"))
            continue
        try:
            expression = compile_expression(entry["expression"], variables={"facts": model.root, "parameters": parameter_types})
        except FhirPathError as error:
            problems.append(ContentProblem(file, f"{where}.expression", str(error), error.remedy))
            continue
        yield Check(path=entry["path"], why=entry["why"], expression=expression)


def _compile(spec: Spec, model: FactModel, parameter_types: Type, problems: list[ContentProblem]) -> Expression | None:
    if spec.expression is None:
        if spec.reader not in READERS:
            problems.append(
                ContentProblem(
                    spec.file, spec.path, f"names the unknown reader '{spec.reader}'", f"use one of {', '.join(sorted(READERS))}"
                )
            )
        return None
    try:
        return compile_expression(spec.expression, variables={"facts": model.root, "parameters": parameter_types})
    except FhirPathError as error:
        problems.append(ContentProblem(spec.file, f"{spec.path}.expression", str(error), error.remedy))
        return None


def _ordered(
    compiled: Sequence[tuple[Spec, Expression | None]], problems: list[ContentProblem]
) -> Iterable[tuple[Spec, Expression | None]]:
    runnable = [(spec, expression) for spec, expression in compiled if (expression is not None) or spec.reader in READERS]
    giver = {path: number for number, (spec, _) in enumerate(runnable) for path in (*spec.gives, spec.path)}
    graph: dict[int, set[int]] = {}
    for number, (spec, expression) in enumerate(runnable):
        reads = [path.removeprefix("facts.") for path in (expression.reads if expression else ()) if path.startswith("facts.")]
        graph[number] = {other for path in (*spec.after, *reads) for other in _givers(path, giver) if other != number}
    try:
        return [runnable[number] for number in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        names = " -> ".join(runnable[number][0].path for number in error.args[1])
        problems.append(ContentProblem("facts", names, "depend on each other in a circle", "break the circle"))
        return runnable


def _givers(path: str, giver: Mapping[str, int]) -> set[int]:
    """The entries that must run before ``path`` is read: those that give it, a parent of it, or something below it."""
    return {number for given, number in giver.items() if given == path or given.startswith(f"{path}.") or path.startswith(f"{given}.")}


def _with_dependencies(model: FactModel, compiled: Sequence[tuple[Spec, Expression | None]]) -> FactModel:
    declarations = dict(model.declarations)
    for spec, expression in compiled:
        if expression is not None and spec.path in declarations:
            reads = tuple(sorted(path.removeprefix("facts.") for path in expression.reads if path.startswith("facts.")))
            own = declarations[spec.path]
            declarations[spec.path] = replace(own, depends=own.depends or reads)
    return FactModel(declarations=declarations, root=model.root)


_VALUE_SET_OPTIONS = frozenset(
    {
        "codes",
        "notComparable",
        "topical",
        "generic",
        "unspecific",
        "other",
        "traps",
        "suspectedOnly",
        "in",
        "notIn",
        "is",
        "yes",
        "no",
        "conditions",
        "observations",
        "courses",
        "radiotherapy",
    }
)
_MAP_OPTIONS = frozenset({"map", "fieldMap", "codeMap", "disorderMap"})


def _reference_problems(spec: Spec, terminology: Terminology) -> Iterable[ContentProblem]:
    """Value sets and concept maps that an entry's options name but the content lacks."""

    def walk(node: Any, name: str = "") -> Iterable[tuple[str, str]]:
        if isinstance(node, Mapping):
            for key, value in node.items():
                yield from walk(value, str(key))
        elif isinstance(node, list):
            for value in node:
                yield from walk(value, name)
        elif isinstance(node, str):
            yield name, node

    for option, value in walk(spec.options):
        known = terminology.members if option in _VALUE_SET_OPTIONS else terminology.maps if option in _MAP_OPTIONS else None
        if known is not None and value not in known:
            kind = "value set" if known is terminology.members else "concept map"
            yield ContentProblem(
                spec.file,
                f"{spec.path}.options.{option}",
                f"names the {kind} '{value}', which the content lacks",
                "add it or correct the name",
            )
