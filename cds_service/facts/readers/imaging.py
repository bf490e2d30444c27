"""Imaging done: the latest date per modality, from reports, studies and procedures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cds_service.facts.chart import Seen
from cds_service.facts.context import Context, Finding, Reading, weak
from cds_service.facts.declarations import Spec
from cds_service.fhir.codings import TEXT_SYSTEM
from cds_service.fhirpath.temporal import Temporal
from cds_service.model.facts import Evidence


def read_imaging(context: Context, spec: Spec) -> Reading:
    """The newest date of each modality, and whether a set of them is complete within the look-back (closed world).

    Options: ``sources`` ({resource: {elements, states}}), ``map``/``target``, ``modalities`` (code -> path of the date); and, if
    wanted, ``complete`` ({path, all, within}) and ``recent`` (code -> path of a boolean: documented in the look-back of ``complete``).
    """
    studies = list(_studies(context, spec))
    findings = []
    for modality, path in spec.options["modalities"].items():
        dated = [(moment, proof) for name, moment, proof in studies if name == modality and moment is not None]
        dated.sort(key=lambda pair: (pair[0].last_day, pair[0].text, pair[1].reference))
        if dated:
            findings.append(Finding(path=path, value=dated[-1][0], evidence=(dated[-1][1],), weak=weak((dated[-1][1],))))
        else:
            findings.append(Finding(path=path, why="none documented in the record received"))
    if "complete" not in spec.options:
        return Reading(findings=tuple(findings))
    within = spec.options["complete"]["within"]
    for modality, path in spec.options.get("recent", {}).items():
        recent = tuple(proof for name, moment, proof in studies if name == modality and context.within(moment, within))
        findings.append(Finding(path=path, value=bool(recent), evidence=recent))
    findings.append(_complete(context, spec, studies))
    return Reading(findings=tuple(findings))


def _complete(context: Context, spec: Spec, studies: list[tuple[str, Temporal | None, Evidence]]) -> Finding:
    rule: Mapping[str, Any] = spec.options["complete"]
    recent = [(name, proof) for name, moment, proof in studies if context.within(moment, rule["within"])]
    path = rule["path"]
    if set(rule["all"]) <= {name for name, _ in recent}:
        proof = tuple(dict.fromkeys(item for name, item in recent if name in rule["all"]))
        return Finding(path=path, value=True, evidence=proof, weak=weak(proof))
    certain = {name for name, _ in recent}
    in_doubt = any(
        name in rule["all"] and name not in certain and context.may_lie_within(moment, rule["within"]) for name, moment, _ in studies
    )
    answered = context.answered(spec.closed_world) and not in_doubt
    why = "imaging that is not dated well enough, or reports that were not completely received"
    return Finding(path=path, value=False if answered else None, why=why)


def _studies(context: Context, spec: Spec) -> Iterator[tuple[str, Temporal | None, Evidence]]:
    for kind, source in spec.options["sources"].items():
        for seen in context.chart.of(kind):
            if seen.state in source["states"]:
                for name, proof in _modalities(context, spec.options, source["elements"], seen):
                    yield name, seen.moment, proof


def _modalities(context: Context, options: Mapping[str, Any], elements: list[str], one: Seen) -> Iterator[tuple[str, Evidence]]:
    """The modalities that a resource names, with evidence; by code in any of the elements, by listed text otherwise."""
    seen: set[str] = set()
    for element in elements:
        for name, concept in context.chart.translations(options["map"], one.resource.get(element), options["target"]):
            if name not in seen:
                seen.add(name)
                yield name, one.evidence(concept, text=concept.system == TEXT_SYSTEM)
