"""What a case is compared with, and the words in which a difference is told."""

import pytest
import yaml

from cds_service.cases.load import load_cases
from cds_service.cases.load_phrases import load_phrases
from cds_service.cases.report import count_lines, failure_lines
from cds_service.cases.run import judge, prepare, run_cases
from cds_service.served import load_content
from tests.unit.cases import garden

DRY, WET, NOT_DRY = ["dry soil"], ["wet soil"], ["no dry soil"]


def run(folder, patient, **case):
    entry = {"id": "a", "why": "because", "patient": patient, **{key.replace("_", "-"): value for key, value in case.items()}}
    text = yaml.safe_dump({"recommendation": "water-it", "cases": [entry]}, sort_keys=False)
    content = garden.write(folder / "content", water_it=text)
    knowledge, book = load_content(content), load_phrases(content)
    return run_cases(load_cases(content, knowledge, book), knowledge, book.as_of)


@pytest.mark.parametrize(
    ("patient", "case", "comment"),
    [
        (DRY, {"expect": {"water-it": "info"}, "cards": 1}, "fires"),
        (DRY, {"expect": {"water-it": {"sections": [], "suggestions": [], "title": "About water-it"}}}, "nothing more than it should"),
        (NOT_DRY, {"absent": ["water-it"], "cards": 0}, "ruled out"),
        (WET, {"unknown": ["water-it"]}, "nothing known"),
    ],
)
def test_a_case_passes(tmp_path, patient, case, comment):
    [outcome] = run(tmp_path, patient, **case)
    assert outcome.passed, (comment, outcome.differences)


@pytest.mark.parametrize(
    ("patient", "case", "text", "why"),
    [
        (
            WET,
            {"expect": {"water-it": "info"}},
            "water-it is expected on a card, but is on none",
            "unknown: It holds that %facts.dry [dry soil: unknown]",
        ),
        (
            ["no dry soil"],
            {"expect": {"water-it": "info"}},
            "water-it is expected on a card, but is on none",
            "no: It holds that %facts.dry [dry soil: no]",
        ),
        (
            DRY,
            {"expect": {"water-it": "warning"}},
            "water-it: warning expected, info given",
            "yes: It holds that %facts.dry [dry soil: yes]",
        ),
        (
            DRY,
            {"absent": ["water-it"]},
            "water-it must not be on a card, but is there (info)",
            "yes: It holds that %facts.dry [dry soil: yes]",
        ),
        (DRY, {"unknown": ["water-it"]}, "water-it should be left open, but fires", "yes: It holds that %facts.dry [dry soil: yes]"),
        (
            ["no dry soil"],
            {"unknown": ["water-it"]},
            "water-it should be left open, but something rules it out",
            "no: It holds that %facts.dry [dry soil: no]",
        ),
        (DRY, {"expect": {"water-it": {"title": "Water it"}}}, "water-it: the title 'Water it' is expected, 'About water-it' given", None),
        (DRY, {"cards": 2}, "2 cards expected, 1 given (info: water-it)", None),
        (WET, {"cards": 1}, "1 cards expected, 0 given (none)", None),
        (DRY, {"cards": 0, "not_received": ["conditions"]}, "the service refuses to answer: prefetch 'conditions' is required", None),
    ],
)
def test_a_difference_is_told_in_words(tmp_path, patient, case, text, why):
    [outcome] = run(tmp_path, patient, **case)
    assert not outcome.passed
    assert outcome.differences[0].text.startswith(text)
    assert outcome.differences[0].why == ((why,) if why else ())


def test_a_failure_names_case_file_reason_and_criteria(tmp_path):
    [outcome] = run(tmp_path, WET, expect={"water-it": "info"})
    assert list(failure_lines(outcome)) == [
        "FAILED water-it/a (topic/cases/water-it.yaml, patient-view)",
        "  because",
        "  - water-it is expected on a card, but is on none",
        "      unknown: It holds that %facts.dry [dry soil: unknown]",
    ]
    assert list(count_lines([outcome]))[-2:] == ["water-it       1           0        0      0  1 failed", "1 cases, 1 failed"]


def test_other_plans_can_be_asked_about_the_same_facts(tmp_path):
    text = yaml.safe_dump(
        {"recommendation": "water-it", "cases": [{"id": "a", "why": "x", "patient": DRY, "expect": {"water-it": "info"}}]}
    )
    content = garden.write(tmp_path / "content", water_it=text)
    knowledge, book = load_content(content), load_phrases(content)
    [case] = load_cases(content, knowledge, book)
    prepared = prepare(case, knowledge, book.as_of)
    assert judge(prepared, knowledge, book.as_of).passed
    changed = load_content(garden.plants.write_content(tmp_path / "changed", priority="urgent"))
    assert [item.text for item in judge(prepared, changed, book.as_of).differences] == ["water-it: info expected, warning given"]
