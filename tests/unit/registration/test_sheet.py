"""What a registration sheet says: all of it from the content, the settings, the clients file and the profile."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import yaml
from click.testing import CliRunner

from cds_service.cds_clients import load_clients, profile_names
from cds_service.cli import main
from cds_service.prefetch.discovery import discovery
from cds_service.registration import as_markdown, as_text, registration_sheet
from cds_service.settings import Settings
from tests.builders import plants

BASE = "https://cds.example.org/base"


@pytest.fixture(scope="module")
def sheets(knowledge):
    return {name: registration_sheet(name, Settings(public_url=BASE), knowledge) for name in profile_names()}


@pytest.fixture(params=profile_names())
def sheet(request, sheets):
    return sheets[request.param]


def test_services_and_prefetch_are_those_of_discovery(sheets, knowledge):
    discovered = discovery(knowledge.services.values())["services"]
    sheet = sheets["generic"]
    assert [{name: entry[name] for name in entry if name not in ("url", "feedback")} for entry in sheet["services"]] == [
        {name: entry[name] for name in entry if name != "prefetch"} for entry in discovered
    ]
    templates = {name: group["templates"] for group in sheet["prefetch"]["groups"] for name in group["services"]}
    assert templates == {entry["id"]: entry["prefetch"] for entry in discovered}


def test_services_of_hooks_that_a_vendor_does_not_document_are_named_and_left_out(sheets):
    assert {entry["hook"] for entry in sheets["oracle"]["services"]} == {"patient-view"}
    assert len(sheets["oracle"]["otherServices"]) == 2
    assert sheets["epic"]["otherServices"] == sheets["generic"]["otherServices"] == []


def test_every_address_is_below_the_public_one(sheet):
    urls = [entry[name] for entry in sheet["services"] for name in ("url", "feedback") if name in entry]
    assert all(url.startswith(f"{BASE}/cds-services/") for url in urls)
    assert set(sheet["authentication"]["audience"]) == {f"{BASE}/cds-services", *urls}
    assert "127.0.0.1" not in as_text(sheet)


@pytest.mark.parametrize(
    ("url", "said"),
    [(None, "CDS_PUBLIC_URL is not set"), ("http://cds.example.org", "is not https"), (BASE, None)],
)
def test_an_address_that_no_ehr_could_use_is_noticed(knowledge, url, said):
    text = as_text(registration_sheet("generic", Settings(public_url=url), knowledge))
    assert said in text if said else "CDS_PUBLIC_URL" not in text


def test_scopes_are_the_least_that_the_queries_need(sheet):
    types = {query.partition("?")[0].partition("/")[0] for group in sheet["prefetch"]["groups"] for query in group["templates"].values()}
    assert {scope.removeprefix("patient/").removesuffix(".read") for scope in sheet["scopes"]["v1"]} == types
    assert {scope.removeprefix("patient/").partition(".")[0] for scope in sheet["scopes"]["v2"]} == types
    assert "patient/Patient.r" in sheet["scopes"]["v2"]
    assert "patient/Condition.rs" in sheet["scopes"]["v2"]


def test_no_template_has_a_token_that_the_client_does_not_know(sheet):
    assert sheet["prefetch"]["unknownTokens"] == []


def test_a_token_that_the_client_does_not_know_is_named(sheets):
    prefetch = {**sheets["epic"]["prefetch"], "unknownTokens": ["userPatientId"]}
    assert "does not know: userPatientId" in as_text({**sheets["epic"], "prefetch": prefetch})


def test_the_entry_of_the_clients_file_can_be_used_as_it_is(sheet, tmp_path):
    file = tmp_path / "clients.yaml"
    file.write_text(sheet["authentication"]["clientsFile"])
    (client,) = load_clients(file).clients
    assert client.profile.name == sheet["profile"]
    assert list(client.algorithms) == sheet["authentication"]["algorithms"]


def test_all_links_of_the_content_are_listed_and_allowed_by_the_entry(sheets, tmp_path):
    sheet = sheets["oracle"]
    (tmp_path / "clients.yaml").write_text(sheet["authentication"]["clientsFile"])
    profile = load_clients(tmp_path / "clients.yaml").clients[0].profile
    assert sheet["links"]["urls"]
    assert all(profile.shows_link(url) for url in sheet["links"]["urls"])


@pytest.mark.parametrize("form", [as_text, as_markdown])
def test_everything_to_be_typed_stands_in_every_form(sheet, form):
    text = form(sheet)
    for group in sheet["prefetch"]["groups"]:
        assert all(f"\n{key}: {query}\n" in text for key, query in group["templates"].items())
    assert all(entry["url"] in text for entry in sheet["services"])
    assert sheet["authentication"]["clientsFile"].strip() in text
    assert all(f"\n{url}\n" in text for url in sheet["links"]["urls"])
    assert all(reason["code"] in text for reason in sheet["overrideReasons"])


def test_text_is_no_wider_than_a_terminal_but_for_what_is_copied(sheet):
    copied = {line for group in sheet["prefetch"]["groups"] for line in (f"{key}: {query}" for key, query in group["templates"].items())}
    assert max(len(line) for line in as_text(sheet).splitlines() if line not in copied) <= 110


def test_topic_codes_are_listed_where_they_are_sent_otherwise(sheets):
    assert "regimenscope" in as_text(sheets["epic"])
    assert "Topic codes" not in as_text(sheets["generic"])
    assert {topic["sentAs"] for topic in sheets["generic"]["topics"]} == {topic["code"] for topic in sheets["generic"]["topics"]}


class TestClient:
    """The sheet of an entry of the clients file, over content about plants."""

    @pytest.fixture
    def run(self, tmp_path, monkeypatch):
        monkeypatch.setenv("CDS_CONTENT_DIR", str(plants.write_content(tmp_path / "plants")))
        (tmp_path / "keys.json").write_text('{"keys": []}')

        def _run(name, *arguments, **entry):
            file = tmp_path / "clients.yaml"
            file.write_text(json.dumps({"clients": [{"name": "north", **entry}]}))
            monkeypatch.setenv("CDS_CLIENTS_FILE", str(file))
            return CliRunner().invoke(main, ["registration", name, "--client", *arguments])

        return _run

    def test_everything_of_the_entry_is_in_the_sheet(self, run):
        profile = {"base": "oracle", "suggestions": True, "creates": ["Task"]}
        entry = {
            "issuer": "https://ehr.example.org",
            "jwks_file": "keys.json",
            "algorithms": ["ES256"],
            "audience": ["our-cds"],
            "tenants": ["n"],
        }
        result = run("oracle", "north", "--json", profile=profile, allowed_links=[], **entry)
        found = json.loads(result.stdout)
        assert found["client"] == "north"
        assert found["authentication"]["audience"][-1] == "our-cds"
        assert found["authentication"]["algorithms"] == ["ES256"]
        assert (found["cards"]["suggestions"], found["cards"]["creates"]) == (True, ["Task"])
        (written,) = yaml.safe_load(found["authentication"]["clientsFile"])["clients"]
        assert written["jwks_file"].endswith("keys.json")
        assert {name: written[name] for name in written if name != "jwks_file"} == {
            "name": "north",
            "profile": profile,
            "issuer": entry["issuer"],
            "algorithms": ["ES256"],
            "audience": ["our-cds"],
            "tenants": ["n"],
            "allowed_links": [],
        }

    def test_a_client_that_does_not_authenticate_is_said_to_be_so(self, run):
        result = run("generic", "north", fhir_servers=["https://ehr.example.org/fhir"], allowed_links=["https://doi.org"])
        assert "its calls are not authenticated" in result.stdout
        assert "client north" in result.stdout
        assert "No card links to anything." in result.stdout

    @pytest.mark.parametrize(
        ("profile", "name", "said"),
        [("epic", "south", "no client has this name; there are: north"), ("epic", "north", "has the profile generic, not epic")],
    )
    def test_another_client_is_refused(self, run, profile, name, said):
        result = run(profile, name)
        assert (result.exit_code, said in result.stderr) == (2, True)

    @pytest.mark.parametrize(("form", "begins"), [((), "Registration at"), (("--markdown",), "# Registration"), (("--json",), "{")])
    def test_without_a_name_there_is_an_entry_to_begin_with(self, tmp_path, monkeypatch, form, begins):
        monkeypatch.setenv("CDS_CONTENT_DIR", str(plants.write_content(tmp_path / "plants")))
        result = CliRunner().invoke(main, ["registration", "epic", *form])
        assert (result.exit_code, result.stdout.startswith(begins), "my-epic" in result.stdout) == (0, True, True)

    def test_without_a_clients_file_there_is_no_client(self, monkeypatch):
        monkeypatch.delenv("CDS_CLIENTS_FILE", raising=False)
        result = CliRunner().invoke(main, ["registration", "epic", "--client", "north"])
        assert (result.exit_code, "set CDS_CLIENTS_FILE" in result.stderr) == (2, True)


def test_two_services_with_other_lines_have_each_their_own(knowledge):
    first, second, *_ = knowledge.services.values()
    other = {("one", first.hook): first, ("two", second.hook): replace(second, requirements=second.requirements[:2])}
    text = as_text(registration_sheet("generic", Settings(public_url=BASE), replace(knowledge, services=other)))
    assert f"Prefetch of {first.id}" in text
    assert f"Prefetch of {second.id}" in text
