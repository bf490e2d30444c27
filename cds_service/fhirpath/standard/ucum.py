"""Units of UCUM as a factor and dimensions, from a small frozen table: enough to say that 4 g are 4000 mg and no metres.

What is not in the table (and what is no ratio, as degrees Celsius) is not converted; such a unit is the same only as itself.
Amounts of substance, equivalents, international and enzyme units are dimensions of their own: they never mix with plain numbers.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

_ANNOTATION = re.compile(r"\{[^{}]*\}")
_PART = re.compile(r"(?P<unit>10[*^]|(?:[A-Za-z%']|\[[^\[\]]*\])+|[0-9]+(?![*^]))(?P<power>[+-]?[0-9]{1,2})?")
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Measure:
    """How many base units one unit is, and of what."""

    factor: Decimal
    dimensions: tuple[tuple[str, int], ...]


@lru_cache(maxsize=1024)
def measure(unit: str) -> Measure | None:
    """What a UCUM code means; ``None`` for what the table does not have."""
    if len(unit) > _LONGEST:
        return None
    text = _ANNOTATION.sub("", unit).strip() or "1"
    factor, dimensions = Decimal(1), dict[str, int]()
    sign = 1
    if text.startswith("/"):
        sign, text = -1, text[1:]
    for part in re.split(r"([./])", text):
        if part in (".", "/"):
            sign = 1 if part == "." else -1
            continue
        found = _part(part)
        if found is None:
            return None
        size, of, power = found
        factor *= size ** (power * sign)
        for name, exponent in of.items():
            dimensions[name] = dimensions.get(name, 0) + exponent * power * sign
    return Measure(factor, tuple(sorted((name, power) for name, power in dimensions.items() if power)))


def _part(text: str) -> tuple[Decimal, dict[str, int], int] | None:
    match = _PART.fullmatch(text)
    if match is None:
        return None
    unit, power = match["unit"], int(match["power"] or 1)
    if unit.isdigit():
        return (Decimal(unit), {}, 1) if match["power"] is None and unit != "0" else None
    table = _table()
    found = table["other"].get(unit) or table["metric"].get(unit)
    if found is not None:
        return Decimal(found[0]), found[1], power
    for prefix, size in table["prefixes"].items():
        found = table["metric"].get(unit.removeprefix(prefix)) if unit.startswith(prefix) else None
        if found is not None:
            return Decimal(size) * Decimal(found[0]), found[1], power
    return None


@cache
def _table() -> Any:
    return json.loads(files(__package__).joinpath("ucum.json").read_text(encoding="utf-8"))
