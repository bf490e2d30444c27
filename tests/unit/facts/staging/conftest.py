import pytest

from cds_service.facts.staging.reading import read_tnm
from tests.builders.tiny import seen
from tests.unit.facts.staging.fakes import Observations, words


@pytest.fixture
def observations():
    return Observations()


@pytest.fixture
def read():
    def reading(built, *, primary=("Condition/main",), only=True, **more):
        terms = words()
        return read_tnm(seen(built.entries, terms.terminology), terms, primary=frozenset(primary), only_malignancy=only, **more)

    return reading


@pytest.fixture
def said():
    """A set in one line: ``c T3 N1 M0 IIIB ed8 2020-01-01``; ``?`` marks an axis whose values disagree."""

    def line(one):
        parts = [one.prefix or "-"]
        for axis in ("t", "n", "m", "group"):
            value = one.axis(axis) or ("/".join(dict(one.disagreements)[axis]) + "?" if axis in dict(one.disagreements) else None)
            parts += [value] if value else []
        parts += [f"ed{one.edition}"] if one.edition else []
        parts += [one.date.text] if one.date else []
        return " ".join(parts)

    return lambda reading: [line(one) for one in reading.sets]
