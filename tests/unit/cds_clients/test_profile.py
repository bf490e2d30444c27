"""The shipped profiles, and what a site may change in them."""

import json
from pathlib import Path

import pytest

from cds_service.cds_clients import GENERIC, ClientsError, load_clients, load_profile, profile_names
from cds_service.cds_clients.profile import CHANGEABLE


@pytest.fixture
def load(tmp_path):
    def _load(**entry):
        file = tmp_path / "clients.yaml"
        file.write_text(json.dumps({"clients": [{"name": "a", **entry}]}))
        return load_clients(file).clients[0].profile

    return _load


def test_three_profiles_are_shipped():
    assert profile_names() == ("epic", "generic", "oracle")
    assert [load_profile(name).name for name in profile_names()] == list(profile_names())
    assert load_profile("generic") == GENERIC


@pytest.mark.parametrize("name", ["", "other", "../profile", "Epic"])
def test_no_other_name_is_a_profile(name):
    with pytest.raises(KeyError):
        load_profile(name)


def test_an_entry_without_profile_has_the_generic_one(load):
    assert load() == GENERIC


def test_a_site_changes_members_of_a_profile(load):
    changes = {"suggestions": True, "selection_behavior": "at-most-one", "creates": ["Task"], "card_extension": {"org.x": "y"}}
    profile = load(profile={"base": "oracle", **changes}, allowed_links=["https://doi.org/"])
    assert (profile.name, profile.suggestions, profile.override_reasons) == ("oracle", True, False)
    assert (profile.selection_behavior, profile.creates, profile.card_extension) == ("at-most-one", ("Task",), {"org.x": "y"})
    assert profile.allowed_links == ("https://doi.org/",)
    assert load(profile={"base": "epic", "creates": None}).creates is None


@pytest.mark.parametrize(
    ("entry", "said", "comment"),
    [
        ({"profile": "other"}, "must be one of epic, generic, oracle", "no such profile"),
        ({"profile": 7}, "must be one of", "a number"),
        ({"profile": {"suggestions": False}}, "must be one of", "changes of nothing"),
        ({"profile": {"base": "epic", "name": "x"}}, "'name' is no member", "a name of its own"),
        ({"profile": {"base": "epic", "allowed_links": []}}, "'allowed_links' is no member", "what the entry has itself"),
        ({"profile": {"base": "epic", "one_action": "yes"}}, "one_action: must be true or false", "a text for a truth"),
        ({"profile": {"base": "epic", "one_action": None}}, "one_action: must be true or false", "nothing for a truth"),
        ({"profile": {"base": "epic", "selection_behavior": "all"}}, "must be one of any, at-most-one", "no behaviour of CDS Hooks"),
        ({"profile": {"base": "epic", "creates": "Task"}}, "creates: must be a list", "a text for a list"),
        ({"profile": {"base": "epic", "creates": [""]}}, "creates: must be a list", "an empty type"),
        ({"profile": {"base": "epic", "card_extension": ["x"]}}, "card_extension: must be", "a list for names"),
        ({"profile": {"base": "epic", "card_extension": {"x": ""}}}, "card_extension: must be", "an empty value"),
        ({"profile": "oracle"}, "allowed_links: is missing", "only listed links are shown, and none is listed"),
        ({"allowed_links": ["doi.org"]}, "allowed_links: 0: must begin with", "no scheme"),
        ({"allowed_links": ["https://doi.org", "https://["]}, "allowed_links: 1: must begin with", "no address"),
        ({"issuer": "i", "jku": "https://["}, "jku: must be an https address", "no address of keys"),
    ],
)
def test_a_mistake_is_named(load, entry, said, comment):
    with pytest.raises(ClientsError) as caught:
        load(**entry)
    assert any(said in problem for problem in caught.value.problems), (comment, caught.value.problems)


def test_the_document_has_every_member_with_its_values():
    text = (Path(__file__).resolve().parents[3] / "docs" / "clients.md").read_text(encoding="utf-8").partition("## Profiles")[2]
    rows = {line.split("`")[1]: line.split("|")[2:5] for line in text.splitlines() if line.startswith("| `")}
    truths = {name: [str(getattr(load_profile(kind), name)).lower() for kind in ("generic", "epic", "oracle")] for name in CHANGEABLE}
    assert set(rows) == set(truths)
    for name in CHANGEABLE:
        if isinstance(getattr(GENERIC, name), bool):
            assert [cell.strip() for cell in rows[name]] == truths[name]
