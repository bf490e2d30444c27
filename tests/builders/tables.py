"""Records that many tables start from, and rows that carry their comment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.builders import (
    Orders,
    Patient,
    anorectal_with_bone_and_inguinal,
    days_before,
    patient,
    proximal_rectal_with_para_aortic,
)
from tests.builders.codes import FOLFOX

ANORECTAL = anorectal_with_bone_and_inguinal()
PROXIMAL = proximal_rectal_with_para_aortic()
FIRST_LINE = {"sources-differ-first-line", "systemic-therapy-first-line"}


def rows(*table):
    """Rows whose last column is the comment: it becomes the test's name."""
    return [pytest.param(*row, id=f"{number}: {row[-1]}") for number, row in enumerate(table)]


def settled(record: Patient) -> Patient:
    """The same patient with what orders need beside the row in question: reviewed, asked about a trial, performance status known."""
    taken = {resource["id"] for resource in record.resources}
    reviewed = record if "tumor-board" in taken else record.tumor_board()
    asked = reviewed if "trial" in taken else reviewed.trial()
    return asked if taken & {"ecog", "karnofsky"} else asked.ecog(1)


WIDESPREAD = ("bone", "inguinal-node")
TREATED = PROXIMAL.regimen(FOLFOX, start=days_before(33))


def spread(record: Patient, *sites: str) -> Patient:
    for site in sites:
        record = record.metastasis(site)
    return record


def liver(on: str | None) -> Patient:
    record = patient().rectum(onset=days_before(200)).metastasis("liver", on="2026-01-01")
    return record.changed("metastasis-liver", onsetDateTime=on)


def drafted_for(drafts: Orders, record: Patient) -> Orders:
    """The same drafts with this patient as their subject."""
    subject = {"reference": f"Patient/{record.id}"}
    return replace(drafts, patient_id=record.id, resources=tuple(item | {"subject": subject} for item in drafts.resources))
