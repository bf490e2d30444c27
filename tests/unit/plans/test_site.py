"""A site's own values: what may be changed, what is refused and where, and limits that the content declares."""

from __future__ import annotations

import json

import pytest

from cds_service.plans.bounds import check_bounds
from cds_service.plans.content import Document
from cds_service.plans.parameters import parse_parameters
from cds_service.plans.problems import Problems
from cds_service.plans.site import site_version, with_site_values

DECLARED = [
    {"name": "low", "type": "integer", "value": 2, "min": 0, "below": "high"},
    {"name": "high", "type": "integer", "value": 5, "max": 9},
    {"name": "size", "type": "decimal", "value": 1.5, "unit": "cm", "above": 0},
    {"name": "soils", "type": "code", "value": ["sand"], "codes": "soil"},
    {"name": "note", "type": "string", "value": "x"},
]
CODES = {"soil": frozenset({"sand", "clay"})}


def read(*entries):
    problems = Problems()
    items = [{"title": item["name"], "source": "assumption", **item} for item in entries]
    return parse_parameters([Document("parameters.json", {"parameters": items})], problems), problems


def site(tmp_path, *entries, text=None):
    parameters, problems = read(*DECLARED)
    file = tmp_path / "site.json"
    file.write_text(json.dumps({"parameters": list(entries)}) if text is None else text, encoding="utf-8")
    found = with_site_values(parameters, file, problems)
    check_bounds(found, lambda name: CODES.get(name, frozenset()), problems)
    return found, problems.found


def test_a_site_changes_values_and_nothing_else(tmp_path):
    found, problems = site(
        tmp_path,
        {"name": "size", "value": 2, "unit": "cm", "note": "our scales are coarse"},
        {"name": "soils", "value": ["clay", "sand"]},
    )

    assert problems == ()
    assert {name: str(item.value) for name, item in found.items()} == {
        "low": "2",
        "high": "5",
        "size": "2",
        "soils": "('clay', 'sand')",
        "note": "x",
    }
    assert [name for name, item in found.items() if item.is_site_setting] == ["size", "soils"]
    assert (found["size"].title, found["size"].unit, found["size"].source) == ("size", "cm", "assumption")


def test_without_a_file_nothing_changes():
    parameters, problems = read(*DECLARED)

    assert with_site_values(parameters, None, problems) is parameters


#: comment | the site's entry | element | a piece of the problem
ENTRIES = [
    ("no object", 5, "parameters[0]", "is not an object"),
    ("an unknown name", {"name": "sise", "value": 1}, "parameters[0].name", "'sise' is no parameter of the content"),
    ("no name", {"value": 1}, "parameters[0].name", "is no parameter of the content"),
    ("another type", {"name": "low", "value": "1"}, "parameters[0].value", "is not of type integer"),
    ("a fraction for a whole number", {"name": "low", "value": 1.5}, "parameters[0].value", "is not of type integer"),
    ("no value", {"name": "low"}, "parameters[0].value", "is not of type integer"),
    ("a list for one value", {"name": "low", "value": [1]}, "parameters[0].value", "is a list for a single value"),
    ("one value for a list", {"name": "soils", "value": "clay"}, "parameters[0].value", "is a list for a single value"),
    ("another unit", {"name": "size", "value": 20, "unit": "mm"}, "parameters[0].unit", "is not that of size"),
    ("no unit", {"name": "size", "value": 20}, "parameters[0].unit", "is not that of size"),
    ("a unit where there is none", {"name": "low", "value": 1, "unit": "cm"}, "parameters[0].unit", "is not that of low"),
    ("a title", {"name": "low", "value": 1, "title": "Low"}, "parameters[0].title", "is not carried out"),
    ("below its limit", {"name": "low", "value": -1}, "parameters[low].value", "low is -1, and must be at least 0"),
    ("above its limit", {"name": "high", "value": 10}, "parameters[high].value", "high is 10, and must be at most 9"),
    ("at a limit that it must exceed", {"name": "size", "value": 0, "unit": "cm"}, "parameters[size].value", "must be more than 0"),
    ("overlapping another", {"name": "low", "value": 5}, "parameters[low].value", "low is 5, and must be less than high (5)"),
    (
        "overlapped by another",
        {"name": "high", "value": 2},
        "parameters[high].value (limits low)",
        "low is 2, and must be less than high (2)",
    ),
    ("a code that its system lacks", {"name": "soils", "value": ["sand", "mud"]}, "parameters[soils].value", "'mud' is no code of 'soil'"),
]


@pytest.mark.parametrize(("comment", "entry", "element", "expected"), ENTRIES, ids=[item[0] for item in ENTRIES])
def test_a_value_that_cannot_be_is_refused_with_the_sites_file(tmp_path, comment, entry, element, expected):
    _, problems = site(tmp_path, entry)

    assert [(item.file, item.element) for item in problems if expected in item.problem] == [(str(tmp_path / "site.json"), element)], comment
    assert all(item.remedy for item in problems)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "is not JSON (line 1)"),
        ("[]", "is not a JSON object"),
        ("{}", "is not a list, or stands beside something else"),
        ('{"parameters": {}}', "is not a list, or stands beside something else"),
        ('{"parameters": [], "low": 1}', "is not a list, or stands beside something else"),
        ('{"parameters": [{"name": "size", "value": NaN, "unit": "cm"}]}', "is not of type decimal"),
        ('{"parameters": [{"name": "low", "value": 1}, {"name": "low", "value": 0}]}', "'low' stands twice"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path, text, expected):
    _, problems = site(tmp_path, text=text)

    assert any(expected in item.problem and item.file.endswith("site.json") for item in problems), problems


def test_a_file_that_is_not_there_is_refused(tmp_path):
    parameters, problems = read(*DECLARED)

    with_site_values(parameters, tmp_path / "gone.json", problems)

    assert [item.problem for item in problems.found] == ["cannot be read"]


#: comment | the content's parameter | element | a piece of the problem
LIMITS = [
    ("a default outside its limits", {"name": "a", "type": "integer", "value": 3, "max": 2}, "parameters[a].value", "must be at most 2"),
    ("a limit for text", {"name": "a", "type": "string", "value": "x", "min": 1}, "parameters[0].min", "limits a string"),
    ("a limit that is none", {"name": "a", "type": "integer", "value": 1, "min": [0]}, "parameters[0].min", "is no limit"),
    ("a limit that is a boolean", {"name": "a", "type": "integer", "value": 1, "min": True}, "parameters[0].min", "is no limit"),
    ("a limit not there", {"name": "a", "type": "integer", "value": 1, "max": "b"}, "parameters[a].max", "'b' is not another parameter"),
    ("codes of a number", {"name": "a", "type": "integer", "value": 1, "codes": "soil"}, "parameters[0].codes", "is no code system of"),
    (
        "an unknown code system",
        {"name": "a", "type": "code", "value": "x", "codes": "sky"},
        "parameters[a].codes",
        "'sky' is no code system",
    ),
    (
        "a member that nothing reads",
        {"name": "a", "type": "integer", "value": 1, "minimum": 0},
        "parameters[0].minimum",
        "is not carried out",
    ),
]


@pytest.mark.parametrize(("comment", "item", "element", "expected"), LIMITS, ids=[item[0] for item in LIMITS])
def test_limits_of_the_content_are_checked_as_well(comment, item, element, expected):
    parameters, problems = read(item)
    check_bounds(parameters, lambda name: CODES.get(name, frozenset()), problems)

    assert [found.element for found in problems.found if expected in found.problem] == [element], (comment, problems.found)


def test_the_version_tells_that_and_what_a_site_changed(tmp_path):
    plain, _ = read(*DECLARED)
    one, _ = site(tmp_path, {"name": "low", "value": 1})
    other, _ = site(tmp_path, {"name": "low", "value": 0})
    marks = [site_version(plain, frozenset()), site_version(one, frozenset()), site_version(other, frozenset())]
    marks.append(site_version(plain, frozenset({"a"})))

    assert marks[0] == ""
    assert all(mark.startswith("+site.") for mark in marks[1:])
    assert len(set(marks)) == 4
