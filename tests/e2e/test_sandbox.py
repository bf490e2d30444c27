"""In a browser: a page of another origin that asks as the public CDS Hooks Sandbox does."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import expect

from tests.builders import orders
from tests.builders.request import request, service_of
from tests.builders.tokens import jwk_of
from tests.e2e.conftest import SANDBOX
from tests.e2e.patients import ANORECTAL, CALLS, PROXIMAL, drafts
from tests.e2e.sandbox import Page, chromium

ALIVE = '<img src="x" onerror="document.title = \'alive\'">'
PATIENCE = 60_000  # ms
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def origin():
    with Page() as page:
        yield page.origin


@pytest.fixture
def context(browser):
    """A new window."""
    with closing(browser.new_context(viewport={"width": 900, "height": 1200})) as context:
        context.set_default_timeout(PATIENCE)
        yield context


@pytest.fixture
def page(context, origin):
    page = context.new_page()
    wrong = []
    page.on("pageerror", lambda error: wrong.append(error))  # noqa: PLW0108 - a method of a list is not taken
    page.goto(origin)
    yield page
    assert not wrong


@pytest.fixture
def site(cds, fhir):
    key = jwk_of(SANDBOX.key, SANDBOX.kid)
    return {"cds": cds.base, "fhir": fhir, "patient": ANORECTAL.id, "kid": SANDBOX.kid, "key": key}


def open_chart(page, site, patient=ANORECTAL):
    page.evaluate("site => client.open(site)", site | {"patient": patient.id})


def order(page, hook, resources):
    page.evaluate("([hook, resources]) => client.order(hook, resources)", [hook, list(resources)])


def card(page, words):
    return page.locator("article", has=page.get_by_role("heading", name=re.compile(words)))


def summaries(cds, patient, hook, drafts=None):
    """What the cards say when everything is prefetched in full."""
    return [one["summary"] for one in cds.call(SANDBOX, request(patient, hook, drafts)).json()["cards"]]


def feedback(cds):
    """What is stored, in order; the topic is that of the card which was shown."""
    topic = "(SELECT topic FROM cards WHERE cards.card = feedback.card)"
    with closing(sqlite3.connect(cds.folder / "store.db")) as store:
        return store.execute(f"SELECT client, service, {topic}, outcome, accepted, reasons FROM feedback ORDER BY id").fetchall()


def preflights(cds):
    """The routes that a browser has asked about beforehand."""
    logged = [json.loads(line) for line in (cds.folder / "log").read_text().splitlines() if line.startswith("{")]
    return {one["route"] for one in logged if one.get("method") == "OPTIONS"}


def test_the_cards_are_on_screen_after_real_preflights(page, cds, site, tmp_path):
    open_chart(page, site)
    expect(page.get_by_role("heading", level=2)).to_have_text(summaries(cds, ANORECTAL, "patient-view"))
    assert page.locator("article td").count(), "tables are rendered"
    page.screenshot(path=tmp_path / "cards.png", full_page=True)
    assert preflights(cds) >= {"/cds-services", "/cds-services/<service_id>"}


@pytest.mark.parametrize(("patient", "hook", "drafted"), [call for call in CALLS if call[2]], ids=lambda value: getattr(value, "id", ""))
def test_orders_are_looked_at(page, cds, site, patient, hook, drafted):
    open_chart(page, site, patient)
    order(page, hook, drafted.resources)
    expect(page.get_by_role("heading", level=2)).to_have_text(summaries(cds, patient, hook, drafted))


def test_a_suggestion_that_is_clicked_is_drafted_and_stored_as_accepted(page, cds, site):
    open_chart(page, site)
    before = feedback(cds)
    page.get_by_role("button", name=re.compile("FOLFOX")).click()
    expect(page.get_by_role("status")).to_have_text("feedback accepted: 200")
    expect(page.locator("#drafts")).to_have_text("MedicationRequest proposal, MedicationRequest proposal, MedicationRequest proposal")

    assert "/cds-services/<service_id>/feedback" in preflights(cds)
    [(*stored, accepted, _)] = feedback(cds)[len(before) :]
    assert stored == ["sandbox", service_of("patient-view"), "sources-differ-first-line", "accepted"]
    assert len(json.loads(accepted)) == 1


def test_a_card_that_is_dismissed_is_stored_with_its_reason(page, cds, site):
    open_chart(page, site)
    before = feedback(cds)
    dismissed = card(page, "Two sources differ")
    dismissed.get_by_label("reason").select_option("patient-refuses")
    dismissed.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_role("status")).to_have_text("feedback overridden: 200")
    expect(dismissed).to_have_count(0)

    [(*stored, _, reasons)] = feedback(cds)[len(before) :]
    assert stored == ["sandbox", service_of("patient-view"), "sources-differ-first-line", "overridden"]
    assert "patient-refuses" in reasons


def test_a_withdrawal_takes_the_draft_away(page, site):
    open_chart(page, site)
    order(page, "order-sign", drafts(orders(ANORECTAL.id).surgery("inguinal-dissection")).resources)
    expect(page.locator("#drafts")).to_have_text("ServiceRequest order")
    page.get_by_role("button", name="Withdraw this draft").first.click()
    expect(page.locator("#drafts")).to_have_text("none")
    expect(page.get_by_role("status")).to_have_text("feedback accepted: 200")


def test_an_absolute_link_opens_in_a_window_of_its_own(page, context, site):
    open_chart(page, site)
    link = page.get_by_role("link").first
    url = link.get_attribute("href")
    assert url.startswith("https://")
    with context.expect_event("request", lambda request: request.url == url) as asked:
        link.click()
    assert asked.value.is_navigation_request()
    assert page.title() == "A CDS Client"


def test_html_of_an_order_does_not_come_alive(page, site):
    open_chart(page, site, PROXIMAL)
    [draft] = drafts(orders(PROXIMAL.id).surgery("lar", "curative")).resources
    order(page, "order-sign", [draft | {"code": draft["code"] | {"text": ALIVE}}])
    expect(page.locator("article").first).to_contain_text("<img src=")
    assert page.locator("article img").count() == 0
    assert page.title() == "A CDS Client"
