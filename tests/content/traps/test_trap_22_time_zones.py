"""Trap 22: two zoned times compare as moments; where one side lacks the time or the zone, both compare as days."""

import pytest

from tests.builders import patient
from tests.builders.codes import LOINC, concept
from tests.builders.expect import expect
from tests.builders.tables import rows

RECTUM = patient().rectum().metastasis("para-aortic-node")


def cea(first, second):
    """9 ng/mL at the first moment, 3 at the second."""
    record = RECTUM
    for value, moment in ((9, first), (3, second)):
        record = record.observation(f"cea-{value}", concept(LOINC, "2039-6"), moment, valueQuantity={"value": value, "unit": "ng/mL"})
    return record


@pytest.mark.parametrize(
    ("first", "second", "value", "why"),
    rows(
        ("2026-06-01T23:30:00-05:00", "2026-06-02T03:00:00Z", 9, "both with a zone: half past four is later than three"),
        ("2026-06-01T23:30:00-05:00", "2026-06-02T05:00:00Z", 3, "both with a zone, the other way round"),
        ("2026-06-01T23:30:00-05:00", "2026-06-02", 3, "a day on one side: by days, as written"),
        ("2026-06-02T03:00:00Z", "2026-06-02", None, "the same day by days: different values are a conflict"),
        ("2026-06-01T10:00:00", "2026-06-01T08:00:00Z", None, "no zone on one side: the same day"),
        ("2026-06-01T10:00:00", "2026-06-02T08:00:00Z", 3, "no zone on one side: the next day"),
        ("2026-06-01T10:00:00", "2026-06-01T12:00:00", 3, "no zone on both: as written"),
    ),
)
def test_trap_22_time_zones(knowledge, first, second, value, why):
    expect(knowledge, cea(first, second), {"cea.value": value}, "+staging-summary", why)
