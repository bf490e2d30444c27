"""What is newest: the same as comparing each with each, and in time that grows with the number only."""

from itertools import product

import pytest

from cds_service.facts.newest import newest, not_outdated
from cds_service.fhirpath import Temporal

WRITTEN = [
    None,
    "2025",
    "2026",
    "2026-03",
    "2026-03-01",
    "2026-03-02",
    "2026-03-01T10",
    "2026-03-01T10:00",
    "2026-03-01T11:00:00",
    "2026-03-01T23:30:00-05:00",
    "2026-03-02T01:00:00Z",
    "2026-03-02T01:00:00+14:00",
]
MOMENTS = [None if text is None else Temporal.parse(text) for text in WRITTEN]


def each_with_each(moments):
    return tuple(one for one in moments if not any(one and other and other.compare(one) == 1 for other in moments))


@pytest.mark.parametrize("first", range(len(MOMENTS)))
def test_it_is_what_nothing_is_certainly_later_than(first):
    for others in product(MOMENTS, repeat=2):
        moments = [MOMENTS[first], *others]
        assert not_outdated(moments, lambda one: one) == each_with_each(moments)


def test_undated_things_count_where_none_is_dated():
    dated = Temporal.parse("2026-03")
    assert newest([None, dated], lambda one: one) == (dated,)
    assert newest([None, None], lambda one: one) == (None, None)
    assert newest([], lambda one: one) == ()
