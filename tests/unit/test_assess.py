"""The pure core over the shipped content, and the content as one: loaded, checked, versioned, refused as a whole."""

from __future__ import annotations

import builtins
import json
import random
import shutil
import socket
from datetime import date

import pytest

from cds_service.assess import assess
from cds_service.cards import render_cards
from cds_service.errors import ContentError, UnknownService
from cds_service.fhir.record import Entry, PatientRecord
from cds_service.knowledge import content_version, load_knowledge, shipped_content
from cds_service.model.assessment import Hook

AS_OF = date(2026, 11, 21)
EMPTY = PatientRecord(patient_id="p1", whole=True)


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    """A copy of the shipped content that a test may break."""
    folder = tmp_path_factory.mktemp("copy") / "content"
    shutil.copytree(shipped_content(), folder)
    return folder


def first_service(knowledge, hook="patient-view"):
    return knowledge.service(None, hook).id


@pytest.mark.parametrize("hook", ["patient-view", "order-select", "order-sign"])
def test_an_empty_record_has_no_cards(knowledge, hook):
    found = assess(EMPTY, Hook(name=hook, instance="i", user_type="Practitioner"), knowledge, AS_OF)

    assert found.failures == ()
    assert found.recommendations == ()
    assert render_cards(found, knowledge) == []


def test_without_a_service_id_the_first_service_at_the_hook_answers_for_the_patient_of_the_record(knowledge):
    found = assess(EMPTY, Hook(name="patient-view"), knowledge, AS_OF)

    assert found.service == found.hook.service == first_service(knowledge)
    assert found.hook.patient_id == "p1"
    assert found.as_of == AS_OF


def test_a_patient_out_of_scope_is_read_no_further_than_the_scope(knowledge):
    hook = Hook(name="patient-view", instance="i", user_type="Practitioner")
    whole, hurried = assess(EMPTY, hook, knowledge, AS_OF), assess(EMPTY, hook, knowledge, AS_OF, whole=False)

    assert hurried.recommendations == whole.recommendations == ()
    assert whole.traces
    assert hurried.traces == ()
    assert set(hurried.facts.tree) < set(whole.facts.tree)


@pytest.mark.parametrize("hook", [Hook(name="patient-view", service="none"), Hook(name="appointment-book")])
def test_an_unknown_service_is_refused(knowledge, hook):
    with pytest.raises(UnknownService):
        assess(EMPTY, hook, knowledge, AS_OF)


def test_assessing_reads_no_clock_file_network_or_chance(knowledge, monkeypatch):
    def refused(*_args, **_kwargs):
        raise AssertionError("the pure core reaches outside")

    monkeypatch.setattr(builtins, "open", refused)
    monkeypatch.setattr(socket, "socket", refused)
    monkeypatch.setattr(random, "random", refused)
    monkeypatch.setattr("time.time", refused)
    hook = Hook(name="patient-view", instance="i")

    first, again = (render_cards(assess(EMPTY, hook, knowledge, AS_OF), knowledge) for _ in range(2))

    assert first == again


def test_a_record_of_rubbish_gives_an_answer(knowledge):
    rubbish = (
        {},
        {"code": 5},
        {"code": {"coding": [None, {"code": []}]}, "subject": []},
        {"onsetDateTime": {"x": 1}, "clinicalStatus": "active"},
    )
    kinds = ("Condition", "Observation", "Procedure", "MedicationRequest", "ServiceRequest", "DiagnosticReport")
    entries = {
        kind: tuple(Entry({"resourceType": kind, **item}, f"{kind}#{number}") for number, item in enumerate(rubbish)) for kind in kinds
    }

    found = assess(PatientRecord(entries=entries, whole=True), Hook(name="patient-view"), knowledge, AS_OF)

    assert found.failures == ()


def test_the_shipped_content_is_good():
    knowledge = load_knowledge()

    assert len(knowledge.services) == 3
    assert len({action.code for service in knowledge.services.values() for action in service.actions}) == 38
    assert knowledge.warnings


def test_every_override_reason_has_a_display(knowledge):
    assert len(knowledge.override_reasons) == 12
    assert all(reason["display"] for reason in knowledge.override_reasons)


def test_requirements_are_those_of_the_service(knowledge):
    keys = [item.key for item in knowledge.requirements(first_service(knowledge), "patient-view")]

    assert len(keys) == len(set(keys)) == 10


def test_the_version_changes_with_any_file(content):
    before = content_version(content)
    (content / "facts" / "extra.json").write_text("{}", encoding="utf-8")
    after = content_version(content)
    (content / "facts" / "extra.json").unlink()

    assert before != after
    assert before == content_version(content)


def test_a_disabled_recommendation_is_gone_and_an_unknown_code_is_refused(content, knowledge):
    code = knowledge.service(None, "patient-view").actions[0].code

    without = load_knowledge(content, disabled=frozenset({code}))

    assert without.service(None, "patient-view").action(code) is None
    with pytest.raises(ContentError, match="is no recommendation of the content"):
        load_knowledge(content, disabled=frozenset({"none"}))


def test_content_with_problems_is_refused_with_all_of_them(content):
    file = next(content.glob("*/PlanDefinition-*.json"))
    original = file.read_text(encoding="utf-8")
    broken = json.loads(original)
    broken["status"] = "finished"
    broken["action"][0]["priority"] = "high"
    file.write_text(json.dumps(broken), encoding="utf-8")
    try:
        with pytest.raises(ContentError) as caught:
            load_knowledge(content)
    finally:
        file.write_text(original, encoding="utf-8")

    elements = {problem.element.rpartition(".")[2] for problem in caught.value.problems}
    assert {"status", "priority"} <= elements


def test_what_only_the_fhir_models_know_is_refused_too(content):
    file = next(content.glob("*/PlanDefinition-*.json"))
    original = file.read_text(encoding="utf-8")
    file.write_text(json.dumps(json.loads(original) | {"experimental": "perhaps"}), encoding="utf-8")
    try:
        with pytest.raises(ContentError) as caught:
            load_knowledge(content)
    finally:
        file.write_text(original, encoding="utf-8")

    assert "experimental" in {problem.element for problem in caught.value.problems}


def test_a_folder_without_plans_is_refused(tmp_path):
    with pytest.raises(ContentError, match="holds no PlanDefinition"):
        load_knowledge(tmp_path)
