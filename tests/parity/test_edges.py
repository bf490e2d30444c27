"""Every edge says the same: the pure core, HTTP and the command line give the same cards for the same record and day."""

from __future__ import annotations

import io
import json

import orjson
import pytest
from click.testing import CliRunner

from cds_service.assess import assess
from cds_service.cards import render_cards
from cds_service.cli import main
from cds_service.hooks.parse import parse_hook_request
from cds_service.prefetch.complete import complete_prefetch
from cds_service.settings import Settings
from cds_service.web import create_app
from cds_service.wiring import build
from tests.builders import AS_OF, anorectal_with_bone_and_inguinal, orders, proximal_rectal_with_para_aortic, request, service_of
from tests.builders.answer import answer_to
from tests.builders.codes import CISPLATIN_FU

pytestmark = pytest.mark.usefixtures("read_once")
ANORECTAL = anorectal_with_bone_and_inguinal()
PROXIMAL = proximal_rectal_with_para_aortic()
FHIR = "https://ehr.example.org/fhir"
CALLS = {
    "anorectal, view": request(ANORECTAL),
    "anorectal, select": request(ANORECTAL, "order-select", orders(ANORECTAL.id).drug(*CISPLATIN_FU)),
    "anorectal, sign": request(ANORECTAL, "order-sign", orders(ANORECTAL.id).surgery("inguinal-dissection")),
    "proximal, view": request(PROXIMAL),
    "proximal, select": request(PROXIMAL, "order-select", orders(PROXIMAL.id).surgery("lar")),
    "proximal, sign": request(PROXIMAL, "order-sign", orders(PROXIMAL.id).radiotherapy("pelvis", "curative")),
}


@pytest.fixture(scope="module")
def client():
    return create_app(build(Settings(), today=lambda: AS_OF), io.BytesIO()).test_client()


@pytest.fixture(params=CALLS)
def body(request):
    return CALLS[request.param]


def plain(value):
    """As JSON would carry it."""
    return json.loads(orjson.dumps(value))


def test_the_core_and_the_answer_agree(knowledge, body):
    invocation = parse_hook_request(body, service_of(body["hook"]))
    service = knowledge.services[service_of(body["hook"]), body["hook"]]
    record = complete_prefetch(invocation, service.requirements, {})

    cards = render_cards(assess(record, invocation.hook, knowledge, AS_OF), knowledge)

    assert plain(list(cards)) == plain(list(answer_to(knowledge, body).cards))


def test_http_and_the_core_agree(client, knowledge, body):
    reply = client.post(f"/cds-services/{service_of(body['hook'])}", json=body)

    assert reply.status_code == 200
    assert reply.get_json()["cards"] == plain(list(answer_to(knowledge, body).cards))
    assert reply.get_json()["cards"]


def test_the_command_line_and_the_core_agree(knowledge, body, tmp_path):
    file = tmp_path / "request.json"
    file.write_bytes(orjson.dumps(body))

    result = CliRunner().invoke(main, ["assess", str(file), "--json", "--as-of", AS_OF.isoformat()])

    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["cards"] == plain(list(answer_to(knowledge, body).cards))


@pytest.mark.parametrize("profile", ["generic", "epic", "oracle"])
def test_http_and_the_command_line_agree_in_every_profile(profile, tmp_path):
    """Over HTTP the FHIR server of the call tells whose profile it is; the other entry shows that one was chosen."""
    (tmp_path / "clients.yaml").write_text(
        json.dumps(
            {
                "clients": [
                    {
                        "name": "other",
                        "profile": "epic" if profile == "generic" else "generic",
                        "fhir_servers": ["https://other.example.org/r4"],
                    },
                    {"name": "own", "profile": profile, "fhir_servers": [FHIR], "allowed_links": ["https://doi.org/10.1"]},
                ]
            }
        )
    )
    body = CALLS["anorectal, view"]
    (tmp_path / "request.json").write_bytes(orjson.dumps(body))
    settings = Settings(clients_file=tmp_path / "clients.yaml", database_url=f"sqlite:///{tmp_path}/store.db")
    http = create_app(build(settings, today=lambda: AS_OF), io.BytesIO()).test_client()
    path = f"/cds-services/{service_of(body['hook'])}"

    cards = http.post(path, json=body | {"fhirServer": FHIR}).get_json()["cards"]
    command = ["assess", str(tmp_path / "request.json"), "--json", "--as-of", AS_OF.isoformat(), "--profile", profile]
    found = json.loads(CliRunner().invoke(main, command).stdout)["cards"]

    assert [without_links(card) for card in cards] == [without_links(card) for card in found]
    assert all(link["url"].startswith("https://doi.org/10.1") for card in cards for link in card.get("links", []))
    assert any("com.epic.cdshooks.card.detail.content-type" in card["extension"] for card in cards) is (profile == "epic")


def without_links(card):
    """A card without its links: which are allowed, the entry of the client says."""
    return {key: card[key] for key in card if key != "links"}


def test_the_command_line_reads_a_record_and_drafts_apart(knowledge, tmp_path):
    record, drafts = tmp_path / "record.json", tmp_path / "drafts.json"
    record.write_bytes(orjson.dumps(ANORECTAL.bundle()))
    drafts.write_bytes(orjson.dumps(orders(ANORECTAL.id).surgery("inguinal-dissection").bundle()))

    result = CliRunner().invoke(
        main, ["assess", str(record), "--hook", "order-sign", "--orders", str(drafts), "--json", "--as-of", AS_OF.isoformat()]
    )

    expected = answer_to(knowledge, CALLS["anorectal, sign"]).cards
    assert [meaning(card) for card in json.loads(result.stdout)["cards"]] == [meaning(card) for card in plain(list(expected))]


def meaning(card):
    """A card without what depends on the hook instance."""
    return {key: card[key] for key in ("summary", "detail", "indicator", "source", "extension")}
