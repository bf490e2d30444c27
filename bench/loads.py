"""The loads: what an EHR sends where its server answers our prefetch templates, in as many variants as asked for.

``python -m bench.loads DIR [VARIANTS]`` writes ``DIR/<load>-<variant>.json``.

small       12 resources, in scope
typical     80 resources: an oncology chart, several cards
large       the same chart where the server answers ``clinical`` with all that it has: 1,000 Observations, nearly all irrelevant
order-sign  the typical chart and 10 draft orders
out         80 resources of another patient: comorbidities, and in one of four another cancer; no card
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from itertools import cycle, islice
from pathlib import Path

from bench import codes
from bench.chart import FHIR, Chart, coding, concept, searchset
from bench.codes import LOINC, SNOMED

AS_OF = date(2026, 11, 21)
"""The day that the loads are of unless another is given, so that they are the same on every day."""
VARIANTS = 64
OBSERVATIONS = 1000
QUERIES = {
    "conditions": "Condition",
    "staging": "Observation",
    "clinical": "Observation",
    "molecular": "Observation",
    "procedures": "Procedure",
    "medications": "MedicationRequest",
    "administrations": "MedicationAdministration",
    "reports": "DiagnosticReport",
    "referrals": "ServiceRequest",
}
Resources = dict[str, list[FHIR]]
"""Prefetch key -> its resources."""


def load(name: str, variant: int = 0, as_of: date = AS_OF) -> FHIR:
    """The body of a hook call."""
    chart = Chart(name, variant, as_of)
    resources = LOADS[name](chart, variant)
    hook = "order-sign" if name == "order-sign" else "patient-view"
    drafts = {"draftOrders": _drafts(chart)} if hook == "order-sign" else {}
    return {
        "hook": hook,
        "hookInstance": chart.new_id(),
        "context": {"userId": "Practitioner/100", "patientId": chart.id, "encounterId": chart.new_id(), **drafts},
        "prefetch": prefetch(chart, resources),
    }


def prefetch(chart: Chart, resources: Resources) -> FHIR:
    """The ten keys; one without resources is an empty Bundle."""
    answers = {key: searchset(resources.get(key, []), f"{kind}?patient={chart.id}") for key, kind in QUERIES.items()}
    return {"patient": chart.patient(), **answers}


# -- the charts -------------------------------------------------------------------------------------------------------


def _small(chart: Chart, _: int) -> Resources:
    """A patient with new metastases, seen for the first time in this hospital."""
    return {
        "conditions": [
            chart.condition(codes.PRIMARY, 900),
            chart.condition(codes.BONE, 30, site=codes.ILIUM),
            chart.condition(codes.NODES, 30),
            *comorbidities(chart, 1),
        ],
        "staging": [staged(chart, row, 28) for row in codes.STAGED_NOW],
        "clinical": [chart.measured(codes.CEA, 12, value=chart.within(6, 60)), scored(chart, codes.ECOG, 1, 9)],
        "molecular": [gene(chart, codes.GENES[0], 20)],
        "procedures": [chart.procedure(codes.RESECTION, 850)],
        "reports": [chart.report(codes.CT, 25)],
    }


def _typical(chart: Chart, _: int) -> Resources:
    """The same disease after resection, radiotherapy and four adjuvant cycles, in a chart of two and a half years."""
    return {
        "conditions": [
            chart.condition(codes.PRIMARY, 990),
            chart.condition(codes.BONE, 30, site=codes.ILIUM),
            chart.condition(codes.NODES, 30),
            chart.condition(codes.RECURRENCE, 28, verification="refuted"),
            *comorbidities(chart, 11),
        ],
        "staging": [
            *(staged(chart, row, 980) for row in codes.STAGED_FIRST),
            *(staged(chart, row, 850) for row in codes.STAGED_BY_SURGEON),
            *(staged(chart, row, 28) for row in codes.STAGED_NOW),
            histology(chart, 980),
        ],
        "clinical": [
            *(chart.measured(codes.CEA, ago, value=chart.within(6, 60)) for ago in (12, 100, 200, 400, 700, 985)),
            *(scored(chart, codes.ECOG, chart.random.randrange(2), ago) for ago in (9, 120, 420, 860)),
            scored(chart, codes.KARNOFSKY, 90, 420),
            answered(chart, codes.STATUS, 30),
        ],
        "molecular": [gene(chart, row, 20) for row in codes.GENES],
        "procedures": [
            chart.procedure(codes.RESECTION, 860),
            chart.procedure(codes.RADIOTHERAPY, 930, codes.PELVIS),
            *procedures(chart, 6),
        ],
        "medications": prescriptions(chart, 12),
        "administrations": [chart.administration(drug, ago) for ago in (800, 786, 772, 758) for drug in codes.REGIMEN],
        "reports": [
            chart.report(codes.CT, 25),
            chart.report(codes.CT, 400),
            chart.report(codes.MRI, 980),
            chart.report(codes.REPORTS[0], 500),
        ],
        "referrals": [chart.referral(row, ago) for row, ago in zip(codes.REFERRALS[:2], (150, 300), strict=True)],
    }


def _large(chart: Chart, variant: int) -> Resources:
    """The typical chart, with what a server sends that does not know the codes of the search."""
    resources = _typical(chart, variant)
    wanted = OBSERVATIONS - sum(len(resources[key]) for key in ("staging", "clinical", "molecular"))
    irrelevant = irrelevant_observations(chart, wanted)
    resources["clinical"] += irrelevant
    chart.random.shuffle(resources["clinical"])
    return resources


def _out(chart: Chart, variant: int) -> Resources:
    """A patient for whom the content has nothing to say, in a chart as long as the typical one."""
    cancer = variant % 4 == 3
    return {
        "conditions": [*([chart.condition(codes.OTHER_PRIMARY, 400)] if cancer else []), *comorbidities(chart, 24 if cancer else 25)],
        "staging": [staged(chart, row, 390) for row in codes.OTHER_STAGED] if cancer else [],
        "clinical": [scored(chart, codes.ECOG, 1, 30)] if cancer else [],
        "molecular": [gene(chart, codes.GENES[4], 380)] if cancer else [],
        "procedures": [*([chart.procedure(codes.OTHER_RESECTION, 350)] if cancer else []), *procedures(chart, 9 if cancer else 10)],
        "medications": prescriptions(chart, 23 if cancer else 27),
        "administrations": [chart.administration(row, 60 + n) for n, row in enumerate(islice(cycle(codes.DRUGS[15:]), 10))],
        "reports": [chart.report(row, 100 * n + 20) for n, row in enumerate(codes.REPORTS)],
        "referrals": [chart.referral(row, 50 * n + 20) for n, row in enumerate(islice(cycle(codes.REFERRALS), 3))],
    }


LOADS: dict[str, Callable[[Chart, int], Resources]] = {
    "small": _small,
    "typical": _typical,
    "large": _large,
    "order-sign": _typical,
    "out": _out,
}
"""Name -> its resources."""


def _drafts(chart: Chart) -> FHIR:
    """What a team signs in one go: a regimen with what goes with it, examinations, a course of radiotherapy."""
    drugs = [*codes.REGIMEN, ("253337", "bevacizumab"), codes.DRUGS[15], codes.DRUGS[16]]
    region = {"bodySite": [concept(codes.PELVIS[1], coding(SNOMED, *codes.PELVIS))]}
    orders = [
        *(chart.request(row, 0) | {"status": "draft"} for row in drugs),
        chart.referral(codes.CEA[:2], 0, "draft"),
        chart.referral(("58410-2", "CBC panel - Blood by Automated count"), 0, "draft"),
        chart.referral(codes.CT[:2], 0, "draft"),
        chart.referral(codes.RADIOTHERAPY, 0, "draft", **region),
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": order} for order in orders]}


def grown(count: int, *, relevant: bool, as_of: date = AS_OF) -> FHIR:
    """The typical chart and so many resources more: all of kinds that are read, or laboratory values and vital signs of which none is."""
    chart = Chart(f"grown/{count}", 0, as_of)
    resources = _typical(chart, 0)
    more = {"clinical": irrelevant_observations(chart, count)} if not relevant else _relevant(chart, count)
    for key, found in more.items():
        resources[key] += found
    body = load("typical", 0, as_of)
    return body | {"context": {**body["context"], "patientId": chart.id}, "prefetch": prefetch(chart, resources)}


def _relevant(chart: Chart, count: int) -> Resources:
    """What the content reads, of many kinds in turn."""
    kinds: list[tuple[str, Callable[[int], FHIR]]] = [
        ("clinical", lambda ago: chart.measured(codes.CEA, ago, value=chart.within(6, 60))),
        ("clinical", lambda ago: scored(chart, codes.ECOG, 1, ago)),
        *(("staging", lambda ago, row=row: staged(chart, row, ago)) for row in codes.STAGED_FIRST),
        ("molecular", lambda ago: gene(chart, codes.GENES[0], ago)),
        ("conditions", lambda ago: chart.condition(codes.BONE, ago)),
        ("conditions", lambda ago: chart.condition(codes.COMORBIDITIES[0], ago)),
        ("procedures", lambda ago: chart.procedure(codes.RADIOTHERAPY, ago, codes.PELVIS)),
        ("medications", lambda ago: chart.request(codes.REGIMEN[0], ago)),
        ("administrations", lambda ago: chart.administration(codes.REGIMEN[2], ago)),
        ("reports", lambda ago: chart.report(codes.CT, ago)),
    ]
    found: Resources = {key: [] for key, _ in kinds}
    for number, (key, make) in enumerate(islice(cycle(kinds), count)):
        found[key].append(make(60 + number * 900 // count))
    return found


# -- parts of charts --------------------------------------------------------------------------------------------------


def comorbidities(chart: Chart, count: int) -> list[FHIR]:
    """Problems that most charts have."""
    return [chart.condition(row, 300 + 40 * n) for n, row in enumerate(islice(cycle(codes.COMORBIDITIES), count))]


def procedures(chart: Chart, count: int) -> list[FHIR]:
    """Procedures that most charts have."""
    return [chart.procedure(row, 200 + 90 * n) for n, row in enumerate(islice(cycle(codes.PROCEDURES), count))]


def prescriptions(chart: Chart, count: int) -> list[FHIR]:
    """What most patients take."""
    return [chart.request(row, 10 + 20 * n) for n, row in enumerate(islice(cycle(codes.DRUGS), count))]


def irrelevant_observations(chart: Chart, count: int) -> list[FHIR]:
    """Laboratory values and vital signs of which the content asks for none."""
    kinds: list[Callable[[int], FHIR]] = [
        *(lambda ago, row=row: chart.measured(row, ago) for row in codes.LABS),
        *(lambda ago, row=row: chart.measured(row, ago, "vital-signs") for row in codes.VITALS),
        chart.blood_pressure,
    ]
    return [make(5 + n // len(kinds) * 7) for n, make in enumerate(islice(cycle(kinds), count))]


def staged(chart: Chart, row: tuple[str, str, str, str], ago: int) -> FHIR:
    """One axis of a staging, or the group."""
    axis, display, code, value = row
    fields = {"method": concept(codes.EDITION[1], coding(SNOMED, *codes.EDITION))}
    return chart.observation(
        SNOMED, (axis, display), "exam", ago, valueCodeableConcept=concept(value, coding(SNOMED, code, value)), **fields
    )


def histology(chart: Chart, ago: int) -> FHIR:
    """What the pathologist saw."""
    code, display, value, name = codes.HISTOLOGY
    found = concept(name, coding("http://terminology.hl7.org/CodeSystem/icd-o-3", value, name))
    return chart.observation(LOINC, (code, display), "laboratory", ago, valueCodeableConcept=found)


def scored(chart: Chart, row: tuple[str, str], score: int, ago: int) -> FHIR:
    """A performance status."""
    return chart.observation(LOINC, row, "survey", ago, valueInteger=score)


def answered(chart: Chart, row: tuple[str, str, str, str], ago: int) -> FHIR:
    """A question with an answer of LOINC."""
    code, display, answer, text = row
    return chart.observation(LOINC, (code, display), "exam", ago, valueCodeableConcept=concept(text, coding(LOINC, answer, text)))


def gene(chart: Chart, row: tuple[str, str, str | None, str], ago: int) -> FHIR:
    """A result of a molecular test."""
    code, display, answer, text = row
    value = concept(text, coding(LOINC, answer, text)) if answer else {"text": text}
    return chart.observation(LOINC, (code, display), "laboratory", ago, valueCodeableConcept=value)


# -- files ------------------------------------------------------------------------------------------------------------


def write(folder: Path, variants: int = VARIANTS, as_of: date = AS_OF, names: tuple[str, ...] = tuple(LOADS)) -> None:
    """Write every load in its variants; of the large one (a megabyte each) a quarter."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        for variant in range(max(1, variants // 4) if name == "large" else variants):
            body = json.dumps(load(name, variant, as_of), separators=(",", ":"))
            (folder / f"{name}-{variant:02}.json").write_text(body, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else VARIANTS)
