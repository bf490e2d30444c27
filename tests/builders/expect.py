"""Rows of facts and cards: what a record must say, in one line each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.fhirpath.temporal import Temporal
from cds_service.knowledge import Knowledge
from tests.builders.answer import Answer, ask
from tests.builders.record import Patient


def fact(answer: Answer, path: str) -> Any:
    """The value of a fact as plain text, number or boolean; ``metastases[].site`` lists a member of every element, sorted."""
    if "[]." in path:
        of, _, member = path.partition("[].")
        return sorted(str(item[member]) for item in answer.fact(of) or () if member in item)
    value = answer.fact(path)
    return value.text if isinstance(value, Temporal) else list(value) if isinstance(value, tuple) else value


def differences(answer: Answer, facts: Mapping[str, Any], cards: str = "") -> list[str]:
    """What is not as expected.

    ``cards``: ``+code`` stands on a card (``+code=indicator``: and would have it alone), ``-code`` does not, ``none``: there is no card.
    """
    found = [f"{path}: {fact(answer, path)!r}, not {value!r}" for path, value in facts.items() if fact(answer, path) != value]
    for word in cards.split():
        code, _, indicator = word.lstrip("+-").partition("=")
        if word == "none":
            found += [f"cards: {sorted(answer.codes)}"] if answer.cards else []
        elif (code in answer.codes) is word.startswith("-"):
            found.append(f"{word}: {sorted(answer.codes)}")
        elif indicator and answer.indicators[code] != indicator:
            found.append(f"{word}: {answer.indicators[code]}")
    return found


def expect(knowledge: Knowledge, record: Patient, facts: Mapping[str, Any], cards: str, why: str) -> None:
    """On opening the chart of a record, exactly these facts are so and these cards are shown."""
    assert differences(ask(knowledge, record), facts, cards) == [], why
