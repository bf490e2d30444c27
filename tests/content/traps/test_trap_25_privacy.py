"""Trap 25: cards echo no names. They name codes, dates and resources only."""

import json

import pytest

from tests.builders import request
from tests.builders.answer import answer_to
from tests.builders.situations import SITUATIONS

NAME = "Zebulon Quackenbush"
PERSON = {"display": NAME, "reference": "Practitioner/1"}


def marked(resource):
    """The same resource with a person's name in every place that is for persons and in its notes."""
    extra = {
        "Condition": {"asserter": PERSON, "recorder": PERSON, "note": [{"text": f"seen by {NAME}", "authorString": NAME}]},
        "Observation": {"performer": [PERSON], "note": [{"text": NAME}]},
        "Procedure": {"performer": [{"actor": PERSON}], "recorder": PERSON, "asserter": PERSON},
        "MedicationRequest": {"requester": PERSON, "recorder": PERSON},
        "ServiceRequest": {"requester": PERSON, "performer": [PERSON]},
        "DiagnosticReport": {"resultsInterpreter": [PERSON], "conclusion": f"reported by {NAME}"},
        "Patient": {
            "name": [{"text": NAME, "family": NAME}],
            "address": [{"text": NAME}],
            "telecom": [{"value": NAME}],
            "contact": [{"name": {"text": NAME}}],
            "identifier": [{"value": NAME}],
        },
    }.get(resource["resourceType"], {})
    subject = {"subject": resource["subject"] | {"display": NAME}} if "subject" in resource else {}
    return resource | extra | subject | {"text": {"status": "generated", "div": f"<div>{NAME}</div>"}}


def everywhere(body):
    for value in (*body["prefetch"].values(), body["context"].get("draftOrders", {})):
        for entry in value.get("entry", ()):
            entry["resource"] = marked(entry["resource"])
    body["prefetch"]["patient"] = marked(body["prefetch"]["patient"])
    return body


@pytest.mark.parametrize(("record", "hook", "drafts"), [row[1:] for row in SITUATIONS], ids=[f"{row[0]} {row[2]}" for row in SITUATIONS])
def test_trap_25_privacy(knowledge, record, hook, drafts):
    answer = answer_to(knowledge, everywhere(request(record, hook, drafts)))

    said = json.dumps(list(answer.cards))
    assert all(part not in said for part in NAME.split())


def test_trap_25_the_names_are_there_and_cards_are_shown(knowledge):
    """The table above would prove nothing about answers without cards or records without names."""
    bodies = [everywhere(request(record, hook, drafts)) for _, record, hook, drafts in SITUATIONS]

    assert all(NAME in json.dumps(body) for body in bodies)
    assert sum(bool(answer_to(knowledge, body).cards) for body in bodies) > len(bodies) / 2
