"""Our FHIRPath against ``fhirpathpy``: microseconds for an evaluation of a compiled expression, in one interleaved run.

``python bench/fhirpath.py`` prints one line for each expression. Trust the ratios more than the microseconds.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median
from typing import Any

import fhirpathpy
from fhirpathpy.models import models

from cds_service.fhirpath import Type, compile_expression
from cds_service.fhirpath.r4 import r4
from cds_service.fhirpath.standard import compile_fhirpath

ROUNDS, SECONDS = 9, 0.03
NOW = datetime(2026, 11, 21, tzinfo=UTC)
OBSERVATION = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "21908-9"}]},
    "valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": "1222593009"}]},
}
FACTS = {"metastases": [{"site": "liver"}, {"site": "bone"}], "stage": "IV", "ldh": 500, "ldhUln": 240, "age": 70}
DECLARED = Type(
    "object", children={"metastases": Type("object", many=True, children={"site": Type("string", known=True)}), "stage": Type("string")}
)
E1 = "Observation.where(code.coding.exists(system='http://loinc.org' and code='21908-9')).value.coding.code"
E2 = "%facts.metastases.where(site='bone').exists() and %facts.stage='IV'"
E3 = "%facts.ldh > 2 * %facts.ldhUln and today() > @2020-01-01 and %facts.age + 5 >= 66"
# name, expression, type of the input, input
ROWS = (("E1 one Observation", E1, "Observation", OBSERVATION), ("E2 facts", E2, None, None), ("E3 arithmetic, dates", E3, None, None))


def microseconds(run: Callable[[], Any]) -> float:
    """The time of one call, over as many as fit into a few hundredths of a second."""
    count, begin = 0, time.perf_counter()
    while (spent := time.perf_counter() - begin) < SECONDS:
        run()
        count += 1
    return spent / count * 1e6


def compared(ways: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """The median of interleaved rounds for each way."""
    rounds = [{name: microseconds(run) for name, run in ways.items()} for _ in range(ROUNDS)]
    return {name: median(each[name] for each in rounds) for name in ways}


def ways(text: str, context: str | None, value: Any) -> dict[str, Callable[[], Any]]:
    """Ours, theirs, and our closed list for content where it has the expression."""
    ours = compile_fhirpath(text, model=r4(), context=context, variables={"facts": None})
    theirs = fhirpathpy.compile(text, models["r4"])
    found = {
        "ours": lambda: ours(value, {"facts": FACTS}, now=NOW),
        "fhirpathpy": lambda: theirs(value or {}, {"facts": FACTS}),
        "compiling": lambda: compile_fhirpath(text, model=r4(), context=context, variables={"facts": None}),
    }
    if text == E2:
        content = compile_expression(text, variables={"facts": DECLARED})
        found["content"] = lambda: content.boolean({"facts": FACTS})
    return found


def main() -> None:
    """Print the table."""
    print(f"{'':22}{'ours':>8}{'fhirpathpy':>12}{'ratio':>8}{'content':>9}{'compiling':>11}  (µs, medians)")
    for name, text, context, value in ROWS:
        found = compared(ways(text, context, value))
        content = f"{found['content']:.2f}" if "content" in found else "-"
        ratio = found["fhirpathpy"] / found["ours"]
        print(f"{name:22}{found['ours']:8.2f}{found['fhirpathpy']:12.1f}{ratio:8.0f}{content:>9}{found['compiling']:11.0f}")


if __name__ == "__main__":
    main()
