"""A site's own values for parameters of the content, from the file that ``CDS_PARAMETERS_FILE`` names.

The file has the shape of ``parameters.json``, with name, value and, where the parameter has one, its unit repeated; ``note`` is
for the site's own reasons. Nothing but values can be changed: type, unit, limits and titles stay those of the content.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from cds_service.plans.compiled import Parameter
from cds_service.plans.content import read_json
from cds_service.plans.parameters import read_value
from cds_service.plans.problems import Place, Problems
from cds_service.plans.rules import check_keys

_KEYS = frozenset({"name", "value", "unit", "note"})


def with_site_values(parameters: Mapping[str, Parameter], path: Path | None, problems: Problems) -> Mapping[str, Parameter]:
    """The parameters with the values of a site's file; what is wrong with the file is reported with its path."""
    if path is None:
        return parameters
    if not path.is_file():
        problems.at(str(path)).add("cannot be read", "correct CDS_PARAMETERS_FILE, or make the file readable")
        return parameters
    file = read_json(path, problems.at(str(path)))
    entries = file.get("parameters")
    if not isinstance(entries, list) or set(file) != {"parameters"}:
        problems.at(str(path), "parameters").add("is not a list, or stands beside something else", 'write {"parameters": [...]}')
        return parameters
    placed = ((entry, problems.at(str(path), f"parameters[{number}]")) for number, entry in enumerate(entries))
    return changed_parameters(parameters, placed)


def changed_parameters(parameters: Mapping[str, Parameter], entries: Iterable[tuple[object, Place]]) -> Mapping[str, Parameter]:
    """The parameters with the values of a site's entries, each with the place to report what is wrong with it."""
    found = dict(parameters)
    for entry, place in entries:
        parameter = _named(entry, parameters, place)
        if parameter is None or not isinstance(entry, Mapping):
            continue
        if found[parameter.name].is_site_setting:
            place.child("name").add(f"'{parameter.name}' stands twice", "keep one of them")
        found[parameter.name] = _changed(entry, parameter, place)
    return found


def site_version(parameters: Mapping[str, Parameter], disabled: frozenset[str]) -> str:
    """``""`` where nothing is changed, else a mark that changes with what a site changes: ``+site.1a2b3c``."""
    changed = sorted(f"{item.name}={item.value!r}" for item in parameters.values() if item.is_site_setting)
    said = [*changed, *(f"-{code}" for code in sorted(disabled))]
    digest = hashlib.sha256("\n".join(said).encode()).hexdigest()
    return f"+site.{digest[:6]}" if said else ""


def _named(entry: object, parameters: Mapping[str, Parameter], place: Place) -> Parameter | None:
    if not isinstance(entry, Mapping):
        place.add("is not an object", "write an object with name, value and, where the parameter has one, its unit")
        return None
    check_keys(entry, _KEYS, place, "a site's value")
    name = entry.get("name")
    if isinstance(name, str) and name in parameters:
        return parameters[name]
    close = get_close_matches(str(name), parameters, n=3, cutoff=0.5) or sorted(parameters)
    place.child("name").add(f"'{name}' is no parameter of the content", f"use one of: {', '.join(close)}")
    return None


def _changed(entry: Mapping[str, Any], parameter: Parameter, place: Place) -> Parameter:
    at = place.child("value")
    if entry.get("unit") != parameter.unit:
        remedy = f"write the value in {parameter.unit} and repeat that unit" if parameter.unit else "leave the unit out: it has none"
        place.child("unit").add(f"is not that of {parameter.name}", remedy)
    if isinstance(entry.get("value"), list) != isinstance(parameter.value, tuple):
        at.add("is a list for a single value, or a single value for a list", f"write it as the content does: {parameter.name}")
    return replace(parameter, value=read_value(entry.get("value"), parameter.type, at), site_file=place.file)
