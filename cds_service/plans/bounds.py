"""What a parameter's value may be: limits and codes that the content declares beside it, and that a site's own value must keep.

``min`` and ``max`` include their limit, ``above`` and ``below`` do not. A limit is a number or the name of another parameter.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from cds_service.plans.compiled import Parameter
from cds_service.plans.problems import Place, Problems

NUMBERS = ("integer", "decimal")
LIMITS: Mapping[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "min": ("at least", operator.ge),
    "max": ("at most", operator.le),
    "above": ("more than", operator.gt),
    "below": ("less than", operator.lt),
}
CODES = "codes"


def read_limits(item: Mapping[str, Any], kind: str, place: Place) -> Mapping[str, Decimal | str]:
    """The limits that a parameter declares: decimals, or names of other parameters."""
    found: dict[str, Decimal | str] = {}
    for name in LIMITS:
        value = item.get(name)
        if value is None:
            continue
        if kind not in NUMBERS:
            place.child(name).add(f"limits a {kind}", "limit numbers only; for codes, name their code system in codes")
        elif isinstance(value, str):
            found[name] = value
        elif isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
            found[name] = Decimal(repr(value))
        else:
            place.child(name).add("is no limit", "write a number, or the name of another parameter")
    return found


def check_bounds(parameters: Mapping[str, Parameter], codes: Callable[[str], frozenset[str]], problems: Problems) -> None:
    """Report values outside what is declared. ``codes`` gives the codes of a code system of the content, none if it is unknown."""
    for parameter in parameters.values():
        for name, limit in parameter.limits.items():
            _check_limit(parameter, name, limit, parameters, problems)
        if parameter.codes is not None:
            _check_codes(parameter, parameter.codes, codes(parameter.codes), problems)


def _check_limit(parameter: Parameter, name: str, limit: Decimal | str, parameters: Mapping[str, Parameter], problems: Problems) -> None:
    words, holds = LIMITS[name]
    other = parameters.get(limit) if isinstance(limit, str) else None
    if isinstance(limit, str) and (other is None or other.type not in NUMBERS or isinstance(other.value, tuple)):
        place = problems.at(parameter.file, f"parameters[{parameter.name}].{name}")
        place.add(f"'{limit}' is not another parameter with one number", "write a number, or the name of such a parameter")
        return
    value = other.value if other is not None else limit
    if value is None or all(holds(item, value) for item in items(parameter)):
        return
    blamed = parameter if parameter.is_site_setting or other is None or not other.is_site_setting else other
    said = f"{other.name} ({value})" if other is not None else str(value)
    where = "value" if blamed is parameter else f"value (limits {parameter.name})"
    problems.at(blamed.value_file, f"parameters[{blamed.name}].{where}").add(
        f"{parameter.name} is {_shown(parameter)}, and must be {words} {said}", "correct the value, or the one that it depends on"
    )


def _check_codes(parameter: Parameter, system: str, known: frozenset[str], problems: Problems) -> None:
    if not known:
        place = problems.at(parameter.file, f"parameters[{parameter.name}].{CODES}")
        place.add(f"'{system}' is no code system of the content", "name the id of one of its code systems")
        return
    for value in items(parameter):
        if value not in known:
            problems.at(parameter.value_file, f"parameters[{parameter.name}].value").add(
                f"'{value}' is no code of '{system}'", f"use some of: {', '.join(sorted(known))}"
            )


def items(parameter: Parameter) -> Iterator[Any]:
    """The values of a parameter, one by one; none where its value could not be read."""
    values = parameter.value if isinstance(parameter.value, tuple) else (parameter.value,)
    yield from (value for value in values if value is not None)


def _shown(parameter: Parameter) -> str:
    return ", ".join(str(value) for value in items(parameter))
