"""What is wrong with a case is named with file, element and remedy."""

import pytest
import yaml

from cds_service.cases.load import load_cases
from cds_service.cases.load_phrases import load_phrases
from cds_service.errors import ContentError
from cds_service.served import load_content
from tests.unit.cases import garden

SOUND = {"id": "a", "why": "because", "patient": ["dry soil"], "expect": {"water-it": "info"}}


def load(folder, *cases, code="water-it", name="water_it", **more):
    text = yaml.safe_dump({"recommendation": code, "cases": list(cases), **more}, sort_keys=False)
    content = garden.write(folder / "content", **{name: text})
    return load_cases(content, load_content(content), load_phrases(content))


def problems(*arguments, **more):
    with pytest.raises(ContentError) as caught:
        load(*arguments, **more)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("case", "kind"),
    [
        (SOUND, "firing"),
        (SOUND | {"expect": {}, "absent": ["water-it"]}, "non-firing"),
        (SOUND | {"expect": {}, "absent": "water-it"}, "non-firing"),
        (SOUND | {"expect": {}, "unknown": ["water-it"]}, "unknown"),
        (SOUND | {"expect": {}, "cards": 1}, "other"),
    ],
)
def test_a_case_is_read(tmp_path, case, kind):
    [found] = load(tmp_path, case)
    assert (found.name, found.kind, found.hook, found.file) == ("water-it/a", kind, "patient-view", "topic/cases/water-it.yaml")
    assert found.request["prefetch"]["conditions"]["total"] == 1


@pytest.mark.parametrize(
    ("change", "element", "words"),
    [
        ({"id": None}, "cases[0].id", "is not a text"),
        ({"id": ["a"]}, "cases[0].id", "is not a text"),
        ({"why": None}, "cases[0].why", "is not a text"),
        ({"patient": [{"resource": {"resourceType": "Condition", "id": [1]}}]}, "cases[0].patient[0]", "an id that is no text"),
        ({"patient": ["dry soil, 9000 years ago"]}, "cases[0].patient[0]", "'9000 years ago' is no known modifier or date"),
        ({"hint": "x"}, "cases[0].hint", "is not known here"),
        ({"patient": ["dray soil"]}, "cases[0].patient[0]", "'dray' is not in the table 'soil'"),
        ({"patient": ["dry soil", "dry soil, doubtfull", "x"]}, "cases[0].patient[1]", "'doubtfull' is no known modifier"),
        ({"patient": "dry soil"}, "cases[0].patient", "is not a list of sentences"),
        ({"patient": [{"leave-out": "height"}]}, "cases[0].patient[0]", "nothing said before begins with 'height'"),
        ({"patient": [{"resource": {"resourceType": "Device"}}]}, "cases[0].patient", "no prefetch key asks for Device"),
        ({"hook": "order-sing"}, "cases[0].hook", "no service answers 'order-sing' -> use one of: patient-view"),
        ({"drafts": ["water with the can"]}, "cases[0].drafts", "are given at patient-view"),
        ({"expect": {"water-them": "info"}}, "cases[0].expect.water-them", "is no recommendation -> did you mean water-it?"),
        ({"expect": {"water-it": "alarm"}}, "cases[0].expect.water-it", "'alarm' is no indicator"),
        ({"expect": {"water-it": {"sections": ["x"]}}}, "cases[0].expect.water-it.sections", "'x' is no id of its sections"),
        ({"expect": {"water-it": {"suggestions": ["x"]}}}, "cases[0].expect.water-it.suggestions", "'x' is no id of its suggestions"),
        ({"expect": {"water-it": {"colour": "x"}}}, "cases[0].expect.water-it.colour", "is not known here"),
        ({"expect": ["water-it"]}, "cases[0].expect", "is not a mapping"),
        ({"expect": {}}, "cases[0]", "expects nothing"),
        ({"absent": ["water-it"]}, "cases[0]", "names 'water-it' more than once"),
        ({"unknown": ["water"]}, "cases[0].unknown", "'water' is no recommendation"),
        ({"cards": "two"}, "cases[0].cards", "is not a number"),
        ({"cards": True}, "cases[0].cards", "is not a number"),
        ({"not-received": ["condition"]}, "cases[0].not-received", "is no prefetch key -> did you mean conditions?"),
        ({"truncated": ["soil"]}, "cases[0].truncated", "is no prefetch key"),
        ({"user": "patient"}, "cases[0].user", "'patient' is no user of a hook -> did you mean Patient?"),
        (
            {"statements": ["S1-02"]},
            "cases[0].statements",
            "'S1-02' is not documented on water-it -> add it to the recommendation, or use: S1-01",
        ),
    ],
)
def test_a_problem_is_named(tmp_path, change, element, words):
    found = problems(tmp_path, SOUND | change)
    assert any(f"topic/cases/water-it.yaml: {element}: " in problem and words in problem for problem in found), found


@pytest.mark.parametrize(
    ("cases", "more", "words"),
    [
        ([SOUND, SOUND], {}, "cases[1].id: 'a' is the id of another case of the file"),
        ([], {}, "cases: is not a list of cases"),
        (["dry"], {}, "cases[0]: is not a mapping"),
        ([SOUND], {"code": "dry-it"}, "recommendation: 'dry-it' is no recommendation"),
        ([SOUND], {"name": "drought"}, "recommendation: is 'water-it', but the file is named drought.yaml"),
        ([SOUND], {"hint": "x"}, "hint: is not known here"),
    ],
)
def test_a_problem_of_the_file_is_named(tmp_path, cases, more, words):
    assert any(words in problem for problem in problems(tmp_path, *cases, **more))
