"""Bundles of any type and shape, taken apart."""

import pytest

from cds_service.fhir.bundles import is_partial, items, link

CONDITION = {"resourceType": "Condition", "id": "c1"}


def found(value):
    return [(item.resource, item.where) for item in items(value, "file")]


@pytest.mark.parametrize(
    ("value", "expected", "comment"),
    [
        (CONDITION, [(CONDITION, "file")], "one resource"),
        ([CONDITION], [(CONDITION, "file[0]")], "a bare list"),
        ({"resourceType": "Bundle", "entry": [{"resource": CONDITION}]}, [(CONDITION, "file.entry[0].resource")], "a Bundle without type"),
        (
            {"resourceType": "Bundle", "entry": {"resource": CONDITION}},
            [(CONDITION, "file.entry[0].resource")],
            "one entry that is no list",
        ),
        ({"resourceType": "Bundle"}, [], "no entries"),
        ({"resourceType": "Bundle", "entry": None}, [], "null for no entries"),
        ({"resourceType": "Bundle", "entry": ["x"]}, [(None, "file.entry[0]")], "an entry that is no object"),
        ({"resourceType": "Bundle", "entry": [{}]}, [(None, "file.entry[0]")], "an entry without resource"),
        ({"resourceType": "Bundle", "entry": [{"resource": None}]}, [(None, "file.entry[0].resource")], "null for a resource"),
        ({"resourceType": "Bundle", "entry": [{"request": {"method": "DELETE"}}]}, [], "a deletion carries none"),
        ({"id": "x"}, [(None, "file")], "no resourceType"),
        ({"resourceType": ""}, [(None, "file")], "an empty resourceType"),
        ({"resourceType": 7}, [(None, "file")], "a resourceType of another type"),
        ("text", [(None, "file")], "text"),
    ],
)
def test_every_place_of_a_resource_is_found(value, expected, comment):
    assert found(value) == expected, comment


def test_bundles_inside_bundles_are_opened():
    inner = {"resourceType": "Bundle", "entry": [{"resource": CONDITION}]}
    outer = {"resourceType": "Bundle", "type": "batch-response", "entry": [{"resource": inner}]}
    assert [resource for resource, _ in found(outer)] == [CONDITION]


def test_nesting_without_end_is_not_followed():
    value = CONDITION
    for _ in range(50):
        value = {"resourceType": "Bundle", "entry": [{"resource": value}]}
    assert len(found(value)) <= 1


def test_the_mode_and_the_url_of_an_entry_are_kept():
    [item] = items(
        {"resourceType": "Bundle", "entry": [{"fullUrl": "urn:uuid:1", "resource": CONDITION, "search": {"mode": "include"}}]}, "x"
    )
    assert (item.full_url, item.mode) == ("urn:uuid:1", "include")


@pytest.mark.parametrize(
    ("bundle", "expected", "comment"),
    [
        ({"link": [{"relation": "next", "url": "u"}]}, True, "a next page"),
        ({"link": [{"relation": "self", "url": "u"}]}, False, "no next page"),
        ({"link": "next"}, False, "links of another type"),
        ({"total": 3, "entry": [{"resource": CONDITION}]}, True, "more matches than entries"),
        ({"total": 1, "entry": [{"resource": CONDITION}, {"search": {"mode": "outcome"}}]}, False, "outcomes are no matches"),
        ({"total": 2, "entry": [{"resource": CONDITION}, {"search": {"mode": "include"}}]}, True, "includes are no matches"),
        ({"total": 0}, False, "an empty search"),
        ({"total": 4}, True, "a count without entries"),
        ({"total": "3", "entry": []}, False, "a total of another type"),
        ({"total": True, "entry": []}, False, "true is no number"),
        ("text", False, "no Bundle"),
    ],
)
def test_a_bundle_that_says_there_is_more_is_partial(bundle, expected, comment):
    assert is_partial(bundle) is expected, comment


def test_a_link_is_found_by_its_relation():
    assert link({"link": [1, {"relation": "self", "url": "u"}]}, "self") == "u"
    assert link({"link": [{"relation": "self"}]}, "self") is None
