"""From settings to an application that answers."""

import io
import json
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from cds_service.cds_clients import Caller, CdsClient, profile_names
from cds_service.cli.serve import welcome
from cds_service.errors import ContentError, UnknownService, WrongHook
from cds_service.hooks.parse import parse_hook_request
from cds_service.registration import as_text, registration_sheet
from cds_service.served import load_content
from cds_service.settings import Settings, SettingsError
from cds_service.web import create_app
from cds_service.wiring import build
from tests.builders import plants
from tests.unit.plans import world


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    return plants.write_content(tmp_path_factory.mktemp("content") / "plants")


def application(content, **settings):
    return build(Settings(content_dir=content, **settings), today=lambda: date(2026, 11, 21))


def test_other_content_makes_another_service(content):
    app = application(content)
    [entry] = app.discovery["services"]
    assert (entry["id"], list(entry["prefetch"])) == ("plants", ["patient", "conditions"])
    answer = app.respond(parse_hook_request(plants.call(dry=True), "plants"))
    assert (answer.cards, answer.codes, answer.issues) == (1, ["water-it"], [])
    assert app.respond(parse_hook_request(plants.call(dry=False), "plants")).body == {"cards": []}


class TestProfiles:
    """Whose cards: the client of the token, else the one whose FHIR server the call names."""

    FHIR = "https://ehr.example.org/fhir"

    @pytest.fixture
    def app(self, content, tmp_path):
        entries = [{"name": "epic", "profile": "epic", "fhir_servers": [self.FHIR]}, {"name": "plain", "fhir_servers": [f"{self.FHIR}/2"]}]
        (tmp_path / "clients.yaml").write_text(json.dumps({"clients": entries}))
        return application(content, clients_file=tmp_path / "clients.yaml", database_url=f"sqlite:///{tmp_path}/store.db")

    @pytest.mark.parametrize(
        ("server", "caller", "code", "comment"),
        [
            (FHIR, None, "waterit", "the server of the one with a profile"),
            (f"{FHIR}/2", None, "water-it", "the server of the other"),
            (None, None, "water-it", "nothing tells"),
            (f"{FHIR}/2", "epic", "waterit", "the token tells, whatever server is named"),
            (FHIR, "plain", "water-it", "the same, the other way round"),
        ],
    )
    def test_the_profile_is_that_of_the_caller(self, app, server, caller, code, comment):
        invocation = parse_hook_request(plants.call(dry=True) | ({"fhirServer": server} if server else {}), "plants")
        known = {client.name: Caller(client) for client in app.clients.clients}
        (card,) = app.respond(invocation, known.get(caller)).body["cards"]
        assert card["source"]["topic"]["code"] == code, comment

    @pytest.mark.parametrize("profile", ["generic", "epic"])
    def test_codes_that_a_client_could_not_tell_apart_stop_the_start(self, tmp_path, profile):
        folder = plants.write_content(tmp_path / "plants")
        rows = [world.row(code, "%facts.dry", input=plants.INPUT) for code in ("water-it", "waterit")]
        world.write(folder, world.plan("topic", rows), world.service("topic"), parameters={"parameters": []})
        (tmp_path / "clients.yaml").write_text(json.dumps({"clients": [{"name": "north", "profile": profile}]}))
        settings = {"clients_file": tmp_path / "clients.yaml", "database_url": f"sqlite:///{tmp_path}/store.db"}
        if profile == "generic":
            assert application(folder, **settings).knowledge.codes == ("water-it", "waterit")
        else:
            with pytest.raises(SettingsError, match="CDS_CLIENTS_FILE: 'north': the codes 'water-it' and 'waterit' are one"):
                application(folder, **settings)


def test_everything_that_prints_an_address_follows_the_public_one(content, tmp_path):
    base = "https://ehr.example.org/cds"
    app = application(content, public_url=f"{base}/", database_url=f"sqlite:///{tmp_path}/store.db")
    printed = [
        welcome(app),
        create_app(app, io.BytesIO()).test_client().get("/cds/openapi.json").text,
        *(as_text(registration_sheet(name, app.settings, app.knowledge)) for name in profile_names()),
    ]
    for text in printed:
        assert base in text
        assert app.settings.bind not in text


def test_the_day_is_todays_in_the_configured_zone(content):
    app = build(Settings(content_dir=content, timezone="Pacific/Kiritimati"))
    assert app.today() == datetime.now(ZoneInfo("Pacific/Kiritimati")).date()


def test_a_recommendation_can_be_switched_off(content):
    answer = application(content, disabled_codes=("water-it",)).respond(parse_hook_request(plants.call(dry=True), "plants"))
    assert answer.cards == 0


def test_a_code_to_switch_off_that_the_content_lacks_stops_the_start(content):
    with pytest.raises(ContentError, match="CDS_DISABLED_CODES: 'water-them' is no recommendation of the content"):
        application(content, disabled_codes=("water-them",))


def test_a_sites_own_value_decides_is_named_on_the_card_and_changes_the_version(tmp_path):
    folder = plants.write_content(tmp_path / "plants", condition=[world.condition("%facts.patient.age >= %parameters.adultAge")])
    age = {"name": "adultAge", "type": "integer", "value": 4, "unit": "years", "title": "grown up at", "source": "S1-01", "min": 1}
    (folder / "parameters.json").write_text(json.dumps({"parameters": [age]}), encoding="utf-8")
    site = tmp_path / "site.json"
    site.write_text(json.dumps({"parameters": [{"name": "adultAge", "value": 2, "unit": "years"}]}), encoding="utf-8")
    body = plants.call(dry=True)
    body["prefetch"]["patient"]["birthDate"] = "2023-11-21"
    plain, own = application(folder), application(folder, parameters_file=site)

    assert plain.respond(parse_hook_request(body, "plants")).cards == 0
    [card] = own.respond(parse_hook_request(body, "plants")).body["cards"]
    assert "- Site setting: grown up at = 2 years" in card["detail"]
    assert own.knowledge.version.startswith(f"{plain.knowledge.version}+site.")


def test_a_sites_value_that_cannot_be_stops_the_start(content, tmp_path):
    site = tmp_path / "site.json"
    site.write_text('{"parameters": [{"name": "adultAge", "value": 2}]}', encoding="utf-8")
    with pytest.raises(ContentError, match=r"site\.json: parameters\[0\]\.name: 'adultAge' is no parameter of the content -> "):
        application(content, parameters_file=site)


def test_an_alias_stands_for_our_key(content):
    body = plants.call(dry=True)
    body["prefetch"]["problems"] = body["prefetch"].pop("conditions")
    answer = application(content, prefetch_aliases={"problems": "conditions"}).respond(parse_hook_request(body, "plants"))
    assert answer.cards == 1


def test_an_alias_for_a_key_that_we_lack_is_refused(content):
    with pytest.raises(SettingsError, match="CDS_PREFETCH_ALIASES: labs is no prefetch key of ours; these are: conditions, patient"):
        application(content, prefetch_aliases={"x": "labs"})


def test_another_hook_or_service_is_refused(content):
    app = application(content)
    body = plants.call(dry=True) | {"hook": "something-else"}
    with pytest.raises(WrongHook):
        app.respond(parse_hook_request(body, "plants"))
    with pytest.raises(UnknownService):
        app.respond(parse_hook_request(body, "other"))


def test_content_that_requires_nothing_is_refused(tmp_path):
    folder = plants.write_content(tmp_path / "x", input=[{"id": "patient", "type": "Patient"}])
    with pytest.raises(ContentError, match="no data requirement is marked as required"):
        load_content(folder)


def test_a_fact_that_waits_for_a_key_that_nothing_asks_for_is_refused(tmp_path):
    folder = plants.write_content(tmp_path / "x")
    facts = folder / "facts" / "plants.yaml"
    facts.write_text(
        facts.read_text(encoding="utf-8").replace("title: dry soil", "title: dry soil\n    closedWorld: [condition]"), encoding="utf-8"
    )
    with pytest.raises(ContentError, match=r"facts/plants\.yaml: dry: 'condition' is no prefetch key of a service -> use some of: cond"):
        load_content(folder)


@pytest.mark.parametrize(
    ("file", "element", "value", "problem"),
    [
        # each would otherwise be skipped in silence: a condition less, an element less, an empty value set
        ("PlanDefinition-topic.json", "action.0.condition", {}, "should be a valid list"),
        ("PlanDefinition-topic.json", "actions", [], "Extra inputs"),
        ("terminology/ValueSet-drought.json", "compose.include.0.concepts", [], "Extra inputs"),
    ],
)
def test_what_breaks_the_fhir_model_is_refused_at_the_start(tmp_path, file, element, value, problem):
    content = plants.write_content(tmp_path / "plants")
    resource = json.loads((content / file).read_text(encoding="utf-8"))
    parent, *path = resource, *element.split(".")
    for step in path[:-1]:
        parent = parent[int(step) if step.isdigit() else step]
    parent[path[-1]] = value
    (content / file).write_text(json.dumps(resource), encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_content(content)
    assert [(item.file, item.element) for item in caught.value.problems] == [(file, element)]
    assert problem in caught.value.problems[0].problem


VIEW = {"hook": "patient-view", "hookInstance": "1", "context": {"patientId": "p", "userId": "Practitioner/1"}}


class TestReading:
    """Reading from the FHIR server of a call: for which client, and until when."""

    @pytest.mark.parametrize(
        ("deadline", "seconds", "comment"),
        [
            (400, 0.35, "a part is kept for the rest"),
            (100, 0.05, "no more than half of it"),
            (60, 0.03, "a short one"),
            (9000, 8.95, "a long one"),
        ],
    )
    def test_it_ends_before_the_deadline(self, content, deadline, seconds, comment):
        app = application(content, deadline_ms=deadline)
        invocation = parse_hook_request(VIEW | {"fhirServer": "https://ehr.example.org/fhir"}, "plants")
        assert app.reading(invocation, arrived=1000.0)._until == pytest.approx(1000 + seconds), comment

    def test_a_call_that_names_no_server_reads_nothing(self, content):
        assert application(content).reading(parse_hook_request(VIEW, "plants")) is None

    def test_the_client_of_the_token_decides(self, content):
        app = application(content)
        invocation = parse_hook_request(VIEW | {"fhirServer": "https://ehr.example.org/fhir/"}, "plants")
        known = Caller(CdsClient(name="ehr", fhir_servers=("https://ehr.example.org/fhir",)))
        assert app.reading(invocation, known)._server == "https://ehr.example.org/fhir"
        assert app.reading(invocation, Caller(CdsClient(name="other")))._server is None
        assert app.reading(invocation)._server is None
