"""The parts of the benchmark still fit the service that they measure; how fast it is, is no matter here."""

import json

import pytest

from bench import inprocess, profiled
from bench.apps import limit
from bench.loads import grown, load


def test_the_parts_of_an_answer_are_measured(knowledge):
    assert inprocess.parts(knowledge, "small", 1, 0).keys() == {"json", "assess", "check", "answer"}


def test_the_whole_answer_in_process_is_that_of_the_service(knowledge):
    assert len(json.loads(inprocess.answer(json.dumps(load("small"), separators=(",", ":")).encode(), knowledge))["cards"]) == 5


@pytest.mark.parametrize("way", ["limit", "limit-json"])
def test_the_limit_answers_with_as_many_bytes_as_ours(monkeypatch, way):
    monkeypatch.setitem(limit.ANSWERS, "small", b'{"cards":[]}'.ljust(1234))
    answer = limit.app.test_client().post(f"/{way}/small", data=b'{"hook": "x"}', content_type="application/json")
    assert answer.status_code == 200
    assert len(answer.data) == 1234
    assert answer.get_json() == {"cards": []}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the library that it measures
def test_naive_does_its_work():
    from bench.apps import naive

    answer = naive.app.test_client().post("/cds-services/rectal-anal-patient-view", json=load("small"))
    assert answer.status_code == 200


def test_naive_evaluates_by_the_library_and_where_that_fails_by_ours(monkeypatch):
    from bench.apps import naive

    variables = {"facts": {"stage": "IV"}}
    assert naive.evaluate("%facts.stage = 'IV'", variables) == [True]
    monkeypatch.setattr(naive.fhirpathpy, "evaluate", None)
    assert naive.evaluate("%facts.stage = 'IV'", variables) == [True]
    assert naive.evaluate("%facts.stage = ", variables) == []


@pytest.mark.parametrize("relevant", [True, False])
def test_a_grown_record_has_so_many_resources_more(relevant):
    def count(body):
        return sum(len(value.get("entry", ())) for value in body["prefetch"].values())

    assert count(grown(100, relevant=relevant)) == count(load("typical")) + 100


def test_a_profile_names_functions_without_the_places_of_this_machine(knowledge):
    found = profiled.top(lambda: inprocess.answer(json.dumps(load("small"), separators=(",", ":")).encode(), knowledge), 1)
    assert len(found) == profiled.TOP
    assert 0 < sum(share for _, share in found) <= 1
    assert not [name for name, _ in found if name.startswith("/") or "0x" in name]
