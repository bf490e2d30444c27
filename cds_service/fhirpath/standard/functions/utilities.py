"""``trace()``, the clock, and ``comparable()`` (FHIRPath 2.0, 5.9)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from cds_service.fhirpath.errors import FhirPathError
from cds_service.fhirpath.nodes import This
from cds_service.fhirpath.standard.functions.registry import Function, Site, over_items, simple
from cds_service.fhirpath.standard.moment import Moment
from cds_service.fhirpath.standard.part import Env, Part
from cds_service.fhirpath.standard.quantity import Quantity
from cds_service.fhirpath.standard.static import refuse, system


def _trace(site: Site) -> Part:
    source, name = site.source.many, site.argument(0, "String").one
    projection = site.each(1).many if len(site.arguments) > 1 else None

    def traced(env: Env, focus: Any) -> list[Any]:
        items = source(env, focus)
        if env.trace is not None:
            shown = items if projection is None else [each for _, found in over_items(items, env, projection) for each in found]
            env.trace(str(name(env, focus)), list(shown))
        return items

    return site.many(site.source.static, traced)


def _clock(kind: str, read: Callable[[datetime], Moment | None]) -> Function:
    """The moment that the evaluation was given; the library has no clock of its own."""

    def build(site: Site) -> Part:
        if not (isinstance(site.node.source, This) and site.node.source.implied):
            refuse(site.node, f"{site.name} stands after a dot", f"Write {site.name} on its own.")
        position = site.node.position

        def now(env: Env, _focus: Any) -> Moment | None:
            if env.now is None:
                raise FhirPathError("The time is asked for, and the evaluation was given none", position, "Pass `now`.")
            return read(env.now)

        return site.one(system(kind), now)

    return Function(build)


def _comparable(one: Quantity, other: Quantity) -> bool:
    return one.scaled(other) is not None


FUNCTIONS = {
    "trace": Function(_trace, 1, 2),
    "now": _clock("DateTime", Moment.at),
    "today": _clock("Date", lambda now: Moment.parse(now.date().isoformat(), "Date")),
    "timeOfDay": _clock("Time", lambda now: Moment.of("Time", (now.hour, now.minute, now.second), f"{now.microsecond // 1000:03d}")),
    "comparable": simple(_comparable, "Boolean", ("Quantity",), ("Quantity",)),
}
