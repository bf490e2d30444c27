"""The content, loaded: terminology, parameters, facts engine and services, checked as one."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cds_service.errors import ContentError
from cds_service.facts import FactsEngine, load_facts
from cds_service.fhir.terminology import Terminology
from cds_service.fhir.terminology_load import load_terminology
from cds_service.plans.bounds import check_bounds
from cds_service.plans.compiled import DataRequirement, Parameter, Source
from cds_service.plans.content import ContentFiles, read_content
from cds_service.plans.context import PlanContext
from cds_service.plans.load import Plans, compile_plans, warnings
from cds_service.plans.overrides import load_override_reasons
from cds_service.plans.parameters import ASSUMPTION, parameter_types, parse_parameters
from cds_service.plans.paths import fact_paths
from cds_service.plans.problems import Problems
from cds_service.plans.service import Service
from cds_service.plans.site import site_version, with_site_values
from cds_service.plans.unwritten import check_written
from cds_service.plans.validate import known_to_fit, validate_resources, validate_terminology

_PACKAGE = Path(__file__).resolve().parent
_CONTENT_SUFFIXES = frozenset({".json", ".yaml"})
_PROVES = frozenset({"cases", "phrases"})
_ABOUT = frozenset({"lock.json", "versions.json", "mutation.yaml"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Knowledge:
    """Everything that the content says, ready to be applied. Immutable; safe to share between threads and forked workers.

    Two are the same only if they are one, so that what follows from the content can be kept beside it.

    ``version`` is the first characters of the content's SHA-256, with a mark where a site changed something; ``parameters`` are
    values by name and ``parameter_info`` the same with title, unit and source; ``services`` are keyed by (id, hook).
    """

    version: str
    terminology: Terminology
    parameters: Mapping[str, Any]
    parameter_info: Mapping[str, Parameter]
    facts_engine: FactsEngine
    services: Mapping[tuple[str, str], Service]
    sources: Mapping[str, Source]
    context: PlanContext
    override_reasons: tuple[Mapping[str, str], ...] = ()
    warnings: tuple[str, ...] = field(default=(), repr=False)

    @property
    def codes(self) -> tuple[str, ...]:
        """The code of every recommendation that a service composes, each once."""
        return tuple(dict.fromkeys(action.code for service in self.services.values() for action in service.actions))

    def service(self, service_id: str | None, hook: str) -> Service | None:
        """The service with an id at a hook; without an id, the first at the hook."""
        if service_id is not None:
            return self.services.get((service_id, hook))
        return next((service for (_, name), service in self.services.items() if name == hook), None)

    def requirements(self, service_id: str, hook: str) -> tuple[DataRequirement, ...]:
        """The data requirements of a service. Raises ``KeyError`` if there is none."""
        return self.services[(service_id, hook)].requirements

    def with_parameters(self, changed: Mapping[str, Parameter]) -> Knowledge:
        """The same content with other parameters, as at a site that sets them; the version stays that of the content.

        Whoever gives them has checked them (``plans/site.py``, ``plans/bounds.py``).
        """
        if not changed:
            return self
        info = {**self.parameter_info, **changed}
        values = {name: parameter.value for name, parameter in info.items()}
        return replace(
            self,
            parameters=values,
            parameter_info=info,
            context=replace(self.context, parameters=values, named=_named(info)),
            facts_engine=replace(self.facts_engine, parameters=values),
        )


def shipped_content() -> Path:
    """The content that comes with the code: inside the wheel, or beside the package in the checkout."""
    inside = _PACKAGE / "content"
    return inside if inside.is_dir() else _PACKAGE.parent / "plan_definitions"


def load_knowledge(
    content_dir: Path | None = None,
    disabled: frozenset[str] = frozenset(),
    parameters_file: Path | None = None,
    *,
    unfinished: bool = False,
    anew: bool = False,
) -> Knowledge:
    """Load and check a content folder (default: the shipped one) as a site uses it.

    ``disabled`` are the codes of recommendations to leave out, ``parameters_file`` holds the site's own values of parameters;
    ``unfinished`` accepts texts that are still to be written; ``anew`` validates against the FHIR models also the files of which the
    lock says that they were. Raises :class:`ContentError` with every problem found.
    """
    problems = Problems()
    folder = content_dir or shipped_content()
    known = {} if anew else known_to_fit(folder)
    with _nothing_collected():
        knowledge, files = assemble(folder, disabled, parameters_file, problems, known)
        if not problems.found:  # elsewhere our own checks say it better
            validate_resources(folder, files, problems, known)
        if not unfinished:
            check_written(files, problems)
    if problems.found or knowledge is None:
        raise ContentError(problems.found)
    return knowledge


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Loading makes much and drops little: looking for garbage meanwhile would go through all of it again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def assemble(
    content_dir: Path, disabled: frozenset[str], parameters_file: Path | None, problems: Problems, known: Mapping[str, str]
) -> tuple[Knowledge | None, ContentFiles]:
    """Load everything and collect every problem; ``None`` only where nothing at all could be loaded.

    ``known`` are the terminology's files that need no validation (see :func:`~cds_service.plans.validate.known_to_fit`).
    """
    # Of some other folder it is enough to say that it is none of ours; what else is in it is not even read.
    files = read_content(content_dir, problems) if (content_dir / "facts").is_dir() else ContentFiles({}, ())
    if not files.of("PlanDefinition"):
        remedy = "name a folder of content, such as the shipped one"
        problems.at("(content)", str(content_dir)).add("holds no PlanDefinition beside a folder of facts", remedy)
        return None, files
    if not validate_terminology(content_dir, problems, known):
        return None, files
    terminology, found = load_terminology(content_dir)
    info = with_site_values(parse_parameters(list(files.parameters), problems), parameters_file, problems)
    check_bounds(info, terminology.codes, problems)
    values = {name: parameter.value for name, parameter in info.items()}
    engine, more = load_facts(content_dir, terminology, values, parameter_types(info))
    for problem in (*found, *more):
        problems.add(problem)

    def expand(value_set: str) -> Iterable[tuple[str, str]]:
        return ((concept.system, concept.code) for concept in terminology.expand(value_set))

    plans = compile_plans(files, model=engine.model, parameters=info, expand=expand, disabled=disabled, problems=problems)
    _check_keys(engine, plans, problems)
    knowledge = Knowledge(
        version=content_version(content_dir) + site_version(info, disabled),
        terminology=terminology,
        parameters=values,
        parameter_info=info,
        facts_engine=engine,
        services=plans.services,
        sources=plans.sources,
        context=_context(engine, terminology, info, plans),
        override_reasons=load_override_reasons(content_dir, problems),
        warnings=warnings(engine.model, info),
    )
    return knowledge, files


def _check_keys(engine: FactsEngine, plans: Plans, problems: Problems) -> None:
    """Prefetch keys that facts wait for and that nothing asks for: what needs them would stay unknown for ever."""
    asked = {requirement.key for service in plans.services.values() for requirement in service.requirements}
    for spec, _ in engine.steps if asked else ():
        named = spec.options.get("keys", ())
        for key in sorted({*spec.closed_world, *(named if isinstance(named, list) else ())} - asked):
            problems.at(f"facts/{spec.file}", spec.path).add(
                f"'{key}' is no prefetch key of a service", f"use some of: {', '.join(sorted(asked))}"
            )


def is_served(inside: Path) -> bool:
    """Whether a file, by its path inside the content, has a part in answers. What proves the content, or locks it, has none."""
    return not set(inside.parts[:-1]) & _PROVES and inside.as_posix() not in _ABOUT


def content_version(content_dir: Path) -> str:
    """Twelve hexadecimal digits that change with any file of the content that is served, and with no other."""
    digest = hashlib.sha256()
    for path in sorted(content_dir.rglob("*")):
        if path.suffix in _CONTENT_SUFFIXES and path.is_file() and is_served(path.relative_to(content_dir)):
            digest.update(path.relative_to(content_dir).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _context(engine: FactsEngine, terminology: Terminology, info: Mapping[str, Parameter], plans: Plans) -> PlanContext:
    return PlanContext(
        parameters={name: parameter.value for name, parameter in info.items()},
        model=engine.model,
        display=terminology.display,
        unless=plans.unless,
        fact_parameters=_fact_parameters(engine, frozenset(info)),
        fact_lists=frozenset(path for spec, _ in engine.steps if _has_option(spec.options, "listed") for path in (spec.path, *spec.gives)),
        fact_reads={spec.path: fact_paths(expression.reads) for spec, expression in engine.steps if expression is not None},
        named=_named(info),
    )


def _named(info: Mapping[str, Parameter]) -> frozenset[str]:
    return frozenset(name for name, item in info.items() if item.is_site_setting or item.source == ASSUMPTION)


def _fact_parameters(engine: FactsEngine, names: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
    """The parameters that each fact is read with: those its expression reads, or its reader's options name."""
    found: dict[str, set[str]] = {}
    for spec, expression in engine.steps:
        used = {text for text in _texts(spec.options) if text in names}
        if expression is not None:
            used |= {path.split(".")[1] for path in expression.reads if path.startswith("parameters.")}
        for path in {spec.path, *spec.gives} if used else ():
            found.setdefault(path, set()).update(used)
    return {path: tuple(sorted(used)) for path, used in found.items()}


def _has_option(options: object, name: str) -> bool:
    if isinstance(options, Mapping):
        return name in options or any(_has_option(value, name) for value in options.values())
    return isinstance(options, (list, tuple)) and any(_has_option(value, name) for value in options)


def _texts(options: object) -> Iterable[str]:
    if isinstance(options, str):
        yield options
    elif isinstance(options, Mapping):
        for value in options.values():
            yield from _texts(value)
    elif isinstance(options, (list, tuple)):
        for value in options:
            yield from _texts(value)
