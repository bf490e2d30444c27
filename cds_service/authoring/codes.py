"""Codes that the content writes without its terminology knowing them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cds_service.authoring.material import Material
from cds_service.fhir.codings import Concept
from cds_service.plans.problems import Problems
from cds_service.plans.rules import mappings

_CONCEPTS = ("code", "productCodeableConcept")


def check_codes(material: Material, problems: Problems) -> None:
    """Report codes of drafts, recommendations and data requirements that no value set, map or code system of the content holds.

    A code that only a draft uses was verified by nobody; one that the facts read is also recognised once it is ordered.
    """
    terminology = material.knowledge.terminology
    own = {
        Concept(str(resource.get("url")), str(concept.get("code")))
        for _, resource in material.terminology.get("CodeSystem", ())
        for concept in resource.get("concept", ())
    }
    patterns = [pattern for patterns in terminology.patterns.values() for pattern in patterns]
    for document in (*material.files.of("ActivityDefinition"), *material.files.of("PlanDefinition")):
        for element, coding in _codings(document.resource):
            concept = terminology.systems.concept(str(coding.get("system", "")), str(coding.get("code", "")))
            by_pattern = any(system == concept.system and pattern.fullmatch(concept.code) for system, pattern in patterns)
            if concept not in terminology.known | own and not by_pattern:
                problems.at(document.file, element).add(
                    f"'{concept}' is in no terminology resource of the content",
                    "add it to a value set with where it was seen, or correct it",
                )


def _codings(resource: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if resource.get("resourceType") == "ActivityDefinition":
        concepts = [(name, resource[name]) for name in _CONCEPTS if isinstance(resource.get(name), Mapping)]
        concepts += [(f"bodySite[{number}]", concept) for number, concept in enumerate(mappings(resource.get("bodySite")))]
        for element, concept in concepts:
            for number, coding in enumerate(mappings(concept.get("coding"))):
                yield f"{element}.coding[{number}]", coding
    for number, action in enumerate(mappings(resource.get("action"))):
        for index, concept in enumerate(mappings(action.get("code"))):
            for last, coding in enumerate(mappings(concept.get("coding"))):
                yield f"action[{action.get('id', number)}].code[{index}].coding[{last}]", coding
    yield from _filtered(resource, "")


def _filtered(element: Mapping[str, Any], where: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The codes that data requirements list one by one."""
    for number, action in enumerate(mappings(element.get("action"))):
        at = f"{where}action[{number}]"
        for index, item in enumerate(mappings(action.get("input"))):
            for place, code_filter in enumerate(mappings(item.get("codeFilter"))):
                for last, coding in enumerate(mappings(code_filter.get("code"))):
                    yield f"{at}.input[{index}].codeFilter[{place}].code[{last}]", coding
        yield from _filtered(action, f"{at}.")
