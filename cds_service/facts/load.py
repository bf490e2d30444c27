"""Loading, checking and compiling the fact declarations of a content folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from cds_service.errors import ContentProblem
from cds_service.facts.declarations import Spec, listed, load_specs, read_declarations
from cds_service.facts.engine import FactsEngine
from cds_service.facts.layout import Compiled, dependences, fact_reads
from cds_service.facts.readers import READERS
from cds_service.facts.readers.options import disorder_problems, option_problems
from cds_service.facts.references import reference_problems
from cds_service.facts.sheet import Check
from cds_service.facts.staging.loading import check_staging_tables
from cds_service.facts.staging.tables import StagingTables
from cds_service.fhir.terminology import Terminology
from cds_service.fhirpath import Expression, FhirPathError, Type, compile_expression
from cds_service.model.declaration import FactModel


def load_facts(
    content_dir: Path, terminology: Terminology, parameters: Mapping[str, Any], parameter_types: Type
) -> tuple[FactsEngine, tuple[ContentProblem, ...]]:
    """Load, check and compile the fact declarations and staging tables of a content folder; problems are returned, not raised."""
    problems: list[ContentProblem] = []
    files = read_declarations(content_dir / "facts", problems)
    specs, model, found = load_specs(files, terminology)
    problems.extend(found)
    settings: dict[str, Any] = {}
    checks: list[Check] = []
    for name, file in files.items():
        if "disorders" in file:
            settings.update(file["disorders"] if isinstance(file["disorders"], Mapping) else {})
            problems.extend(ContentProblem(name, *found) for found in disorder_problems(settings, terminology))
        checks.extend(_checks(name, listed(file, "checks", name, problems), model, parameter_types, problems))
    tables, table_problems = check_staging_tables(content_dir / "staging")
    problems.extend(table_problems)
    problems.extend(_place_problems(settings, tables, terminology))
    compiled = [(spec, _compile(spec, model, parameter_types, problems)) for spec in specs]
    for spec, expression in compiled:
        problems.extend(reference_problems(spec, expression, model, parameter_types))
        problems.extend(_terminology_problems(spec, terminology))
        if spec.reader is not None and spec.reader in READERS:
            problems.extend(
                ContentProblem(spec.file, f"{spec.path}.options", *found) for found in option_problems(spec.reader, spec.options)
            )
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


def _place_problems(disorders: Mapping[str, Any], tables: StagingTables, terminology: Terminology) -> Iterable[ContentProblem]:
    """Places that spread can be read as, but that no table gives a site."""
    spread = disorders.get("spread")
    places = spread.get("places") if isinstance(spread, Mapping) else None
    if isinstance(places, Mapping):
        for place in sorted(terminology.codes(str(places.get("target"))) - set(tables.reads)):
            yield ContentProblem("staging", "places", f"do not say under which site '{place}' stands", "add it to a row of kind places")


def _checks(file: str, entries: Iterable[Any], model: FactModel, parameter_types: Type, problems: list[ContentProblem]) -> Iterable[Check]:
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
        if expression.type.name not in ("boolean", "any") or expression.type.many:
            problems.append(ContentProblem(file, f"{where}.expression", "is not a condition", "compare it with something"))
            continue
        yield Check(path=entry["path"], why=entry["why"], expression=expression, reads=fact_reads(expression))


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


def _ordered(compiled: Sequence[Compiled], problems: list[ContentProblem]) -> Iterable[Compiled]:
    runnable = [(spec, expression) for spec, expression in compiled if (expression is not None) or spec.reader in READERS]
    try:
        return [runnable[number] for number in TopologicalSorter(dependences(runnable)).static_order()]
    except CycleError as error:
        names = " -> ".join(runnable[number][0].path for number in error.args[1])
        problems.append(ContentProblem("facts", names, "depend on each other in a circle", "break the circle"))
        return runnable


def _with_dependencies(model: FactModel, compiled: Sequence[Compiled]) -> FactModel:
    declarations = dict(model.declarations)
    for spec, expression in compiled:
        if expression is not None and spec.path in declarations:
            own = declarations[spec.path]
            declarations[spec.path] = replace(own, depends=fact_reads(expression) if spec.shows is None else spec.shows)
    return replace(model, declarations=declarations)


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
        "is",
        "yes",
        "no",
        "conditions",
        "observations",
        "courses",
        "radiotherapy",
        "written",
    }
)
_MAP_OPTIONS = frozenset({"map", "fieldMap", "codeMap", "disorderMap", "regimens"})


def _terminology_problems(spec: Spec, terminology: Terminology) -> Iterable[ContentProblem]:
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
