"""What nothing uses, what leads nowhere, and what is not proved: one broken copy of sound content for each way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cds_service.authoring.case_files import check_cases, check_sentences
from cds_service.authoring.ehrs import check_topic_codes
from cds_service.authoring.links import check_links
from tests.builders import plants
from tests.unit.authoring.sound import CASES, CODES, README, edit, examined, problems, write_sound
from tests.unit.cases import garden
from tests.unit.plans import world

EMPTY_SYSTEM = {"resourceType": "CodeSystem", "status": "draft", "content": "complete", "concept": [{"code": "a", "display": "a"}]}
TESTS = {"include": [{"system": plants.SYSTEM, "concept": [{"code": "wilt"}]}]}


@pytest.fixture
def content(tmp_path):
    return write_sound(tmp_path / "content")


def add(folder, resource, at="terminology"):
    name = f"{resource['resourceType']}-{resource['id']}.json"
    resource = {"url": f"{world.BASE}/{resource['resourceType']}/{resource['id']}", **resource}
    (folder / at / name).write_text(json.dumps(resource), encoding="utf-8")


def value_set(name, **more):
    return {"resourceType": "ValueSet", "id": name, "status": "draft", "compose": TESTS, **more}


def concept_map(name):
    element = [{"code": "dry", "target": [{"code": "water-it", "equivalence": "equivalent"}]}]
    group = [{"source": plants.SYSTEM, "target": CODES["url"], "element": element}]
    return {"resourceType": "ConceptMap", "id": name, "status": "draft", "group": group}


def append(folder, text):
    path = folder / "facts" / "plants.yaml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_sound_content_has_neither_problems_nor_notes(content):
    found = examined(content)

    assert (found.problems, found.notes) == ((), ())


def test_a_suggestion_that_some_ehrs_never_offer_is_noted(tmp_path):
    content = write_sound(tmp_path / "content", action=[world.regimen("all", "water", "feed"), world.create("look", definition="look")])

    (note,) = examined(content).notes
    assert note.startswith("all: has several drafts and no as-one")


def test_a_folder_may_be_named_from_where_one_stands(content, monkeypatch):
    monkeypatch.chdir(content.parent)
    assert problems(Path(content.name), check_links) == []


def test_codes_that_some_ehrs_cannot_tell_apart_are_a_problem(content):
    def twice(plan):
        row = plan["action"][0]
        code = [{"coding": [row["code"][0]["coding"][0] | {"code": "waterit"}]}]
        plan["action"].append(row | {"id": "waterit", "code": code, "action": []})

    edit(content / "watering" / "PlanDefinition-topic.json", twice)

    (problem,) = problems(content, check_topic_codes)
    assert problem.startswith("(content): code: the codes 'water-it' and 'waterit' are one for the profile epic")


#: comment | resource, or its folder beside it | what is said
UNUSED = [
    ("a draft that nothing offers", world.activity("prune"), "ActivityDefinition-prune.json: (file): is used by nothing"),
    ("a source that nothing cites", world.LIBRARY | {"id": "atlas"}, "Library-atlas.json: (file): is used by nothing"),
    ("a value set that nothing reads", value_set("wilt"), "terminology/ValueSet-wilt.json: (file): is read by nothing"),
    ("a map that nothing reads", concept_map("wilt"), "terminology/ConceptMap-wilt.json: (file): is read by nothing"),
    ("a code system that nothing reads", EMPTY_SYSTEM | {"id": "wilt"}, "terminology/CodeSystem-wilt.json: (file): is read by nothing"),
]


@pytest.mark.parametrize(("comment", "resource", "expected"), UNUSED, ids=[item[0] for item in UNUSED])
def test_what_nothing_uses(content, comment, resource, expected):
    of_plans = resource["resourceType"] in ("ActivityDefinition", "Library")
    add(content, {**resource, "url": f"{world.BASE}/{resource['resourceType']}/{resource['id']}"}, "." if of_plans else "terminology")

    assert problems(content) == [expected], comment


def test_a_value_set_that_another_takes_in_is_used(content):
    add(content, value_set("wilt"))
    edit(
        content / "terminology" / "ValueSet-drought.json",
        lambda item: item["compose"]["include"].append({"valueSet": [f"{world.BASE}/ValueSet/wilt"]}),
    )

    assert problems(content) == []


def test_a_list_of_what_must_not_be_used_says_why(content):
    reason = {"extension": [{"url": f"{world.BASE}/StructureDefinition/not-read", "valueString": "Wilting has many causes."}]}
    add(content, value_set("wilt", **reason))
    assert problems(content) == []

    edit(content / "terminology" / "ValueSet-drought.json", lambda item: item.update(reason))
    assert problems(content) == ["terminology/ValueSet-drought.json: extension[not-read]: is not so: something reads it"]


def test_a_parameter_that_nothing_reads(content):
    (content / "parameters.json").write_text(json.dumps(world.PARAMETERS), encoding="utf-8")

    assert problems(content) == [
        "parameters.json: parameters[goodColours]: is read by nothing",
        "parameters.json: parameters[maxSize]: is read by nothing",
    ]


def test_a_helper_fact_that_nothing_reads_is_a_problem_and_a_fact_that_decides_nothing_is_noted(content):
    append(
        content,
        "  - {path: bone, type: boolean, internal: true, expression: '%facts.dry'}\n"
        "  - {path: moist, type: boolean, title: moist, expression: '%facts.dry.not()'}\n",
    )

    assert examined(content).notes == ("moist: no recommendation reads this fact",)
    assert problems(content) == ["facts/plants.yaml: bone: is a helper that nothing reads"]


LINKS = [
    ("a file that is not there", "[x](gone.md)", "link gone.md: leads nowhere"),
    ("a heading that is not there", "[x](#how)", "link #how: names a heading that is not there"),
    ("a heading of another file", "[x](README.md#how)", "link README.md#how: names a heading that is not there"),
    ("out of the content", "[x](../../record.json)", "link ../../record.json: leads out of the content"),
    ("no address", "[x](ftp://example.org)", "link ftp://example.org: is no address"),
]


@pytest.mark.parametrize(("comment", "link", "expected"), LINKS, ids=[item[0] for item in LINKS])
def test_links_that_lead_nowhere(content, tmp_path, comment, link, expected):
    (tmp_path / "record.json").write_text("{}", encoding="utf-8")
    (content / "watering" / "README.md").write_text(README + link, encoding="utf-8")

    assert problems(content) == [f"watering/README.md: {expected}"], comment


def test_an_example_in_a_fence_is_no_link(content):
    (content / "watering" / "README.md").write_text(f"{README}\n```\n[x](gone.md)\n```\n", encoding="utf-8")

    assert problems(content) == []


def test_addresses_that_are_none(content):
    edit(content / "ActivityDefinition-look.json", lambda item: item["code"].update(coding=[{"system": "plants", "code": "dry"}]))

    assert "ActivityDefinition-look.json: code.coding[0].system: 'plants' is no address" in problems(content)


def test_a_canonical_ends_in_type_and_id(content):
    edit(content / "terminology" / "ValueSet-drought.json", lambda item: item.update(url=f"{world.BASE}/ValueSet/draught"))

    assert problems(content) == ["terminology/ValueSet-drought.json: url: does not end in /ValueSet/drought"]


CODINGS = [
    ("a code of ours that is listed", {"system": plants.SYSTEM, "code": "dry"}, []),
    ("one that is not", {"system": plants.SYSTEM, "code": "wet"}, [f"'{plants.SYSTEM}|wet' is in no terminology resource of the content"]),
    ("one of a misspelt system", {"system": "urn:plant", "code": "dry"}, ["'urn:plant|dry' is in no terminology resource of the content"]),
]


@pytest.mark.parametrize(("comment", "coding", "expected"), CODINGS, ids=[item[0] for item in CODINGS])
def test_codes_of_drafts_are_in_the_terminology(content, comment, coding, expected):
    edit(content / "ActivityDefinition-look.json", lambda item: item["code"].update(coding=[coding]))

    assert problems(content) == [f"ActivityDefinition-look.json: code.coding[0]: {text}" for text in expected], comment


def test_codes_of_recommendations_body_sites_and_data_requirements_too(content):
    coding = {"system": plants.SYSTEM, "code": "wet"}
    needs = {"id": "soils", "type": "Observation", "codeFilter": [{"path": "code", "code": [coding]}]}
    edit(content / "ActivityDefinition-look.json", lambda item: item.update(bodySite=[{"coding": [coding]}]))
    edit(content / "watering" / "PlanDefinition-topic.json", lambda item: item["action"][0]["input"].append(needs))
    edit(content / "terminology" / "CodeSystem-recommendation.json", lambda item: item["concept"][0].update(code="water-them"))

    assert [item.split(": ")[1] for item in problems(content)] == [
        "bodySite[0].coding[0]",
        "action[water-it].code[0].coding[0]",
        "action[0].input[2].codeFilter[0].code[0]",
    ]


FIRES, FIRES_NOT, OPEN = "in which it fires", "in which it does not", "in which it stays unknown"
NONE = f"has only 0 {FIRES}, 0 {FIRES_NOT}, 0 {OPEN}"
#: comment | the file of cases, or None | what is noted
PROOF = [
    ("no file", None, f"is missing -> write the cases of water-it: 2 {FIRES}, 2 {FIRES_NOT}, 1 {OPEN}"),
    ("too few of one kind", CASES.replace("unknown", "absent"), f"has only 0 {OPEN} -> write at least 1 {OPEN}"),
    ("cases of another recommendation", CASES.replace("water-it", "prune-it"), NONE),
    ("no list", "recommendation: water-it\n", NONE),
    ("no YAML", "a: [", NONE),
]


@pytest.mark.parametrize(("comment", "text", "expected"), PROOF, ids=[item[0] for item in PROOF])
def test_a_recommendation_that_is_not_proved(content, comment, text, expected):
    path = content / "watering" / "cases" / "water-it.yaml"
    path.unlink() if text is None else path.write_text(text, encoding="utf-8")

    [found] = examined(content).problems

    assert found.file == "watering/cases/water-it.yaml", comment
    assert expected in f"{found.problem} -> {found.remedy}"


def test_what_is_always_known_needs_no_case_that_stays_open(tmp_path):
    content = write_sound(tmp_path / "content", condition=[world.condition("%needed.exists()")])
    path = content / "watering" / "cases" / "water-it.yaml"
    path.write_text(CASES.replace("  - {id: e, unknown: [water-it]}\n", ""), encoding="utf-8")

    assert problems(content, check_cases) == []


def test_a_sentence_that_is_not_understood(content):
    (content / "phrases").mkdir()
    (content / "phrases" / "all.yaml").write_text(garden.PHRASES, encoding="utf-8")
    case = {"id": "a", "why": "because", "patient": ["dri soil"], "expect": {"water-it": "info"}}
    path = content / "watering" / "cases" / "water-it.yaml"
    path.write_text(json.dumps({"recommendation": "water-it", "cases": [case]}), encoding="utf-8")

    [found] = problems(content, check_sentences)

    assert found.startswith("watering/cases/water-it.yaml: cases[0].patient[0]: 'dri soil' is not understood")


def test_cases_of_no_recommendation(content):
    (content / "watering" / "cases" / "prune-it.yaml").write_text(CASES, encoding="utf-8")

    assert problems(content) == ["watering/cases/prune-it.yaml: (file): belongs to no recommendation of its topic"]
