"""Synthetic patients as one FHIR server holds them: with ids of their own, and as old as today has it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.builders import Orders, Patient, anorectal_with_bone_and_inguinal, orders, proximal_rectal_with_para_aortic
from tests.builders.clock import AS_OF
from tests.builders.codes import CISPLATIN_FU, concept

RADIOLOGY = concept("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD", "Radiology")
_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")


def today(resources: Any) -> Any:
    """The same with every date moved as far as today is from the day of the builders."""
    passed = datetime.now(UTC).date() - AS_OF
    return json.loads(_DATE.sub(lambda found: _moved(found[0], passed), json.dumps(resources)))


def _moved(written: str, passed: timedelta) -> str:
    return (date.fromisoformat(written) + passed).isoformat()


def own(patient: Patient) -> Patient:
    """The same patient with resource ids that no other patient has, and what a server finds reports by: their category."""
    resources = [resource | {"id": f"{patient.id}-{resource['id']}"} for resource in today(patient.resources)]
    return replace(
        patient,
        resources=tuple(one | {"category": [RADIOLOGY]} if one["resourceType"] == "DiagnosticReport" else one for one in resources),
    )


def drafts(of: Orders) -> Orders:
    """Draft orders of today."""
    return replace(of, resources=tuple(today(of.resources)))


ANORECTAL = own(anorectal_with_bone_and_inguinal())
PROXIMAL = own(proximal_rectal_with_para_aortic())
PATIENTS = (ANORECTAL, PROXIMAL)

# patient, hook, drafts of an order hook
CALLS = [
    (ANORECTAL, "patient-view", None),
    (ANORECTAL, "order-select", drafts(orders(ANORECTAL.id).drug(*CISPLATIN_FU))),
    (ANORECTAL, "order-sign", drafts(orders(ANORECTAL.id).surgery("inguinal-dissection"))),
    (PROXIMAL, "patient-view", None),
    (PROXIMAL, "order-select", drafts(orders(PROXIMAL.id).surgery("lar", "curative").radiotherapy("pelvis", "neoadjuvant"))),
    (PROXIMAL, "order-sign", drafts(orders(PROXIMAL.id).surgery("lar", "curative"))),
]
