"""The content's terminology: aliases, value sets, maps, and what is wrong with them."""

import json

import pytest

from cds_service.fhir.codings import Concept
from cds_service.fhir.terminology_load import load_terminology

BASE = "https://cds-service.example.org"
FORM = f"{BASE}/StructureDefinition/code-form"
SYSTEM = "urn:example:system"
OWN = f"{BASE}/CodeSystem/own"


def system(*aliases, form=None):
    resource = {
        "resourceType": "NamingSystem",
        "id": "s",
        "uniqueId": [{"type": "uri", "value": SYSTEM, "preferred": True}, *({"type": "uri", "value": one} for one in aliases)],
    }
    return resource | ({"extension": [{"url": FORM, "valueCode": form}]} if form else {})


def value_set(name, **compose):
    return {"resourceType": "ValueSet", "id": name, "url": f"{BASE}/ValueSet/{name}", "compose": compose}


def listed(*codes):
    return {"system": SYSTEM, "concept": [{"code": code} for code in codes]}


def concept_map(name, source, **targets):
    elements = [{"code": code, "target": [{"code": one, "equivalence": "equivalent"} for one in codes]} for code, codes in targets.items()]
    return {
        "resourceType": "ConceptMap",
        "id": name,
        "group": [{"source": source, "target": f"{BASE}/CodeSystem/out", "element": elements}],
    }


def load(tmp_path, *resources):
    folder = tmp_path / "terminology"
    folder.mkdir()
    for number, resource in enumerate(resources):
        text = resource if isinstance(resource, str) else json.dumps(resource)
        (folder / f"R-{number}.json").write_text(text, encoding="utf-8")
    return load_terminology(tmp_path)


def code(text, uri=SYSTEM):
    return {"coding": [{"system": uri, "code": text}]}


@pytest.mark.parametrize(
    "uri", [SYSTEM, "urn:oid:1.2.3", "1.2.3", "http://example.org/alias", "http://example.org/alias/", "http://example.org/alias/731"]
)
def test_a_system_is_known_by_all_its_names_and_below_its_address(tmp_path, uri):
    terms, problems = load(tmp_path, system("1.2.3", "http://example.org/alias"), value_set("v", include=[listed("a")]))
    assert problems == ()
    assert terms.match("v", code("a", uri)) == Concept(SYSTEM, "a")


def test_an_unknown_system_stays_what_it_is(tmp_path):
    terms, _ = load(tmp_path, system(), value_set("v", include=[listed("a")]))
    assert terms.match("v", code("a", "urn:other")) is None
    assert terms.concepts(code("a", "urn:other")) == (Concept("urn:other", "a"),)


def test_codes_are_compared_in_the_spelling_of_their_system(tmp_path):
    terms, _ = load(tmp_path, system(form="icd"), value_set("v", include=[listed("X21.0")]))
    assert terms.match("v", code("x210")) == Concept(SYSTEM, "X21.0")


def test_a_value_set_takes_in_others_and_patterns_and_leaves_out_what_it_excludes(tmp_path):
    pattern = {"system": SYSTEM, "filter": [{"property": "code", "op": "regex", "value": "K[0-9]"}]}
    terms, problems = load(
        tmp_path,
        system(),
        value_set("inner", include=[listed("a", "b")]),
        value_set("v", include=[{"valueSet": [f"{BASE}/ValueSet/inner|1.0"]}, listed("c"), pattern], exclude=[listed("b", "K7")]),
    )
    assert problems == ()
    assert [one for one in ("a", "b", "c", "K1", "K7", "K10") if terms.match("v", code(one))] == ["a", "c", "K1"]
    assert [one.code for one in terms.expand(f"{BASE}/ValueSet/v")] == ["a", "c"]


def test_a_map_gives_every_target_and_reads_text_only_where_no_code_speaks(tmp_path):
    terms, _ = load(
        tmp_path,
        system(),
        concept_map("m", SYSTEM, a=["one", "two"]),
        concept_map("t", f"{BASE}/CodeSystem/text", **{"Some  Words": ["three"]}),
    )
    assert [found for found, _ in terms.translations("m", code("a") | {"text": "x"}, "out")] == ["one", "two"]
    assert [found for found, _ in terms.translations("t", {"text": "some words!"}, "out")] == ["three"]
    assert terms.translations("t", {"text": "some other words"}, "out") == ()
    assert terms.spellings == {"some words"}
    assert terms.may_matter(code("a"))
    assert not terms.may_matter(code("zzz"))
    assert terms.may_matter({"text": "no code at all"})


@pytest.mark.parametrize(
    ("resource", "problem"),
    [
        ("{", "is not JSON"),
        ({"resourceType": "Patient", "id": "p"}, "is no terminology resource with an id"),
        ({"resourceType": "ValueSet"}, "is no terminology resource with an id"),
        (value_set("v", include=[{"valueSet": [f"{BASE}/ValueSet/gone"]}]), "'gone' is missing or refers back"),
        (value_set("v", include=[{"valueSet": [f"{BASE}/ValueSet/v"]}]), "'v' is missing or refers back"),
        (value_set("v", include=[{"system": SYSTEM, "filter": [{"op": "regex", "value": "("}]}]), "is not a regular expression"),
        (value_set("v", include=[]), "names no code"),
        (value_set("v", include=[{"system": SYSTEM}]), "names no code"),
        (value_set("v", include=[{"system": SYSTEM, "filter": [{"op": "is-a", "value": "a"}]}]), "is of a kind that is not covered"),
        (value_set("v", include=[{"system": f"{SYSTEM}s", "concept": []}]), f"'{SYSTEM}s' is no code system that the content knows"),
        (value_set("v", include=[listed("a")], exclude=[{"system": "urn:x"}]), "'urn:x' is no code system that the content knows"),
        (value_set("v", include=[{"concept": [{"code": "a"}]}]), "is missing"),
        (value_set("v", include=[{"system": OWN, "concept": [{"code": "b"}]}]), "'b' is no code of its system"),
        (concept_map("m", "urn:x", a=["one"]), "'urn:x' is no code system that the content knows"),
        (concept_map("m", SYSTEM, a=["one"]) | {"target": "urn:x"}, f"'{BASE}/CodeSystem/out' is no code system that the content knows"),
    ],
)
def test_what_is_wrong_is_told_and_does_not_stop_the_rest(tmp_path, resource, problem):
    own = {"resourceType": "CodeSystem", "id": "own", "url": OWN, "concept": [{"code": "a"}]}
    terms, problems = load(tmp_path, resource, system(), own, value_set("sound", include=[listed("a")]))
    assert problem in {item.problem for item in problems}
    assert terms.match("sound", code("a"))


def test_an_id_used_twice_is_told(tmp_path):
    _, problems = load(tmp_path, system(), value_set("v", include=[listed("a")]), value_set("v", include=[listed("b")]))
    assert [item.problem for item in problems] == ["'v' is used twice"]


def test_what_is_remembered_of_a_code_is_what_the_content_says_of_it(tmp_path):
    terms, _ = load(
        tmp_path,
        system(form="icd"),
        value_set("v", include=[listed("a", "b")]),
        value_set("k", include=[{"system": SYSTEM, "filter": [{"property": "code", "op": "regex", "value": "K.*"}]}]),
        concept_map("m", SYSTEM, b=["one"]),
    )
    for _ in range(2):
        said = {written: terms.meaning(SYSTEM, written) for written in ("a", "B ", "K10", "K" * 500, "z")}
        assert [(one.concept.code[:4], sorted(one.sets), sorted(one.maps), one.is_listed) for one in said.values()] == [
            ("A", ["v"], [], True),
            ("B", ["v"], ["m"], True),
            ("K10", ["k"], [], False),
            ("KKKK", ["k"], [], False),
            ("Z", [], [], False),
        ]


@pytest.mark.parametrize(
    ("written", "first", "translated", "why"),
    [
        (["a", "b"], {"v": "a", "w": "b"}, ["one"], "each set holds the first of its own"),
        (["b", "a"], {"v": "b", "w": "b"}, ["one"], "in the order in which they are written"),
        (["b", "c"], {"v": "b", "w": "b"}, ["one", "two", "three"], "a map gives the targets of all"),
        (["z", "y"], {}, [], "codes that nothing lists"),
        (["b"] * 20, {"v": "b", "w": "b"}, ["one"] * 20, "more codes than are remembered together"),
        (["z" * 500, "b"], {"v": "b", "w": "b"}, ["one"], "a code too long to be remembered"),
        ([], {}, [], "no code"),
    ],
)
def test_what_is_remembered_of_several_codes_is_what_each_of_them_says(tmp_path, written, first, translated, why):
    terms, _ = load(
        tmp_path,
        system(),
        value_set("v", include=[listed("a", "b")]),
        value_set("w", include=[listed("b")]),
        concept_map("m", SYSTEM, b=["one"], c=["two", "three"]),
    )
    codeable = {"coding": [{"system": SYSTEM, "code": one} for one in written]}
    for asked in (codeable, [codeable], codeable):
        meanings = terms.meanings(asked)
        assert tuple(meanings) == tuple(terms.meaning(SYSTEM, one) for one in written), why
        assert {name: concept.code for name, concept in meanings.first.items()} == first, why
        assert [name for name, _ in terms.translations("m", asked, "out")] == translated, why
        assert meanings.is_listed is any(one.is_listed for one in meanings), why
