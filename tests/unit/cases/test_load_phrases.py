"""What is wrong with phrases is named with file, element and remedy."""

import pytest

from cds_service.cases.load_phrases import load_phrases
from cds_service.errors import ContentError
from tests.unit.cases import garden

CONDITION = {"resourceType": "Condition"}


def problems(folder, text):
    with pytest.raises(ContentError) as caught:
        load_phrases(garden.write(folder / "content", text))
    return [str(problem) for problem in caught.value.problems]


def one(kind="phrases", **entry):
    return {kind: [{"say": "dry", **entry}], "patients": {}, "burden": {}}


def test_sound_phrases_are_read(tmp_path):
    book = garden.book(tmp_path / "content")
    assert (len(book.phrases["record"]), len(book.phrases["drafts"]), len(book.modifiers)) == (7, 1, 5)
    assert book.people["the young garden"].name == "the Young garden"


@pytest.mark.parametrize(
    ("changes", "element", "words", "comment"),
    [
        ({"as_of": None}, "(file)", "no day is declared that all cases are judged on", "no day"),
        ({"as_of": "soon"}, "as-of", "no day is declared", "no day either"),
        ({"patient": None}, "(file)", "no Patient with an id is declared", "nobody"),
        ({"patient": {"resourceType": "Plant", "id": "p1"}}, "patient", "no Patient with an id", "somebody else"),
        ({"phrase": []}, "phrase", "is not known here -> did you mean phrases?", "a key that is misspelled"),
        ({"phrases": {}}, "phrases", "is not a list", "no list"),
        ({"tables": {"soil": ["dry"]}}, "tables.soil", "is not a mapping of words", "no table"),
        (
            {"tables": {"soil": {"dry": "dry", "all": ["dry", "wet"]}}},
            "tables.soil.all",
            "stands for 'wet', which is no word",
            "an unknown word",
        ),
        ({"tables": {"soil": {"all": []}}}, "tables.soil.all", "stands for nothing", "a word for no words"),
        ({"tables": []}, "tables", "is not a mapping", "no tables"),
        ({"defaults": {"notes": {}}}, "defaults.notes", "is not a use of phrases", "an unknown use"),
        (one(gives=CONDITION, means=["dry"]), "phrases[0]", "needs either gives or means", "both"),
        (one(), "phrases[0]", "needs either gives or means", "neither"),
        (one(gives={"id": "x"}), "phrases[0].gives", "is not a FHIR resource", "no type"),
        (one(gives=CONDITION, say=None), "phrases[0].say", "is missing", "no words"),
        (one(gives=CONDITION, say="dry {"), "phrases[0].say", "has a bracket or brace that does not belong", "a brace"),
        (one(gives=CONDITION, say="dry [soil"), "phrases[0].say", "opens a bracket that it does not close", "a bracket"),
        (one(gives=CONDITION, say="{soil} {soil}"), "phrases[0].say", "uses a slot twice", "one slot twice"),
        (one(gives=CONDITION, say="{a-b:bed} {a_b:bed}"), "phrases[0].say", "uses a slot twice", "two slots that one cannot tell apart"),
        (one(gives={**CONDITION, "id": 5}), "phrases[0]", "gives no FHIR resource", "an id that is no text"),
        (one("modifiers", adds={"note": "x"}), "modifiers[0].adds", "is not a list", "adds what is no list"),
        (one(gives=CONDITION, say="dry, wet"), "phrases[0].say", "holds a comma", "a comma"),
        (one(gives=CONDITION, say="{stone}"), "phrases[0].say", "a slot of the unknown kind 'stone'", "no such table"),
        (one(gives={**CONDITION, "x": "{bed}"}), "phrases[0]", "{bed} is not a slot of 'dry'", "no such slot"),
        (one(gives={**CONDITION, "x": "{bed.name}"}, say="{bed}"), "phrases[0]", "the table 'bed' has no such column", "no such column"),
        (one(gives={**CONDITION, "x": "{date}"}), "phrases[0].when", "is missing, but a template uses {date}", "no default date"),
        (one(gives=CONDITION, when="last week"), "phrases[0].when", "'last week' is no date", "no date"),
        (one(means=["weat soil"]), "phrases[0]", "'weat soil' is no known phrase", "means nothing"),
        (one(means=["dry"]), "phrases[0]", "means phrases that mean it again", "a circle"),
        (one(gives=CONDITION, hint="x"), "phrases[0].hint", "is not known here", "an unknown key"),
        (one("modifiers", of="Condition"), "modifiers[0]", "changes nothing", "no change"),
        (one("modifiers", sets={"x": "{bed}"}), "modifiers[0]", "{bed} is not a slot of 'dry'", "no such slot"),
        ({"patients": {"a": "dry soil"}}, "patients.a", "is not a list of sentences", "no list"),
        ({"patients": {"a": ["dray soil"]}}, "patients.a", "'dray soil' is not understood", "an unknown sentence"),
        ({"patients": {"a": ["a"]}}, "patients.a", "starts from a patient that starts from it again", "a circle"),
        ({"patients": {"a": [{"dry": "soil"}]}}, "patients.a[0]", "is not a sentence", "a colon"),
        ({"patients": {"a": [{"resource": {}}]}}, "patients.a[0].resource.resourceType", "is missing", "no type"),
        ({"burden": {"order-sign": [["water"]]}}, "burden.order-sign[0]", "'water' is no known phrase", "an unknown draft"),
    ],
)
def test_a_problem_is_named(tmp_path, changes, element, words, comment):
    found = problems(tmp_path, garden.changed(**changes))
    assert any(f" {element}: " in problem and words in problem for problem in found), (comment, found)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("as-of: [", "line 2: is not YAML"),
        ("as-of: 2026-11-21\nas-of: 2026-11-22", "the key 'as-of' stands twice"),
        ("- dry", "is not a mapping"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_problem(tmp_path, text, words):
    found = problems(tmp_path, text)
    assert any("phrases/plants.yaml" in problem and words in problem for problem in found), found


def test_what_stands_in_two_files_is_a_problem(tmp_path):
    folder = garden.write(tmp_path / "content")
    (folder / "phrases" / "more.yaml").write_text("as-of: 2026-11-22", encoding="utf-8")
    with pytest.raises(ContentError, match="is declared in another file too"):
        load_phrases(folder)


def test_a_file_that_would_be_passed_over_is_a_problem(tmp_path):
    folder = garden.write(tmp_path / "content")
    (folder / "phrases" / "more.yml").write_text("phrases: []", encoding="utf-8")
    (folder / "phrases" / "README.md").write_text("read me", encoding="utf-8")
    with pytest.raises(ContentError, match=r"more\.yml: \(file\): is not read here") as caught:
        load_phrases(folder)
    assert len(caught.value.problems) == 1
