"""Each check sees a service that keeps the requirement, and one that breaks it: no row of the report is there for show."""

import copy
import json

import pytest

from cds_service.conformance import Report, Signer, Target, as_json, as_markdown, as_text, examine
from cds_service.conformance.run import Refused, requirements
from cds_service.conformance.target import Exchange
from cds_service.conformance.verdict import Status

BASE = "http://127.0.0.1:1"
SERVICE = {
    "hook": "patient-view",
    "id": "one",
    "title": "One",
    "description": "A service",
    "usageRequirements": "None",
    "prefetch": {"patient": "Patient/{{context.patientId}}", "labs": "Observation?patient={{context.patientId}}&code=a|b&_count=5"},
}
CODING = {"system": "https://example.org/reasons", "code": "r1", "display": "A reason"}
RESOURCE = {"resourceType": "ServiceRequest", "status": "draft"}
CARD = {
    "uuid": "u1",
    "summary": "A summary",
    "detail": "Some *words*",
    "indicator": "info",
    "source": {"label": "A source", "url": "https://example.org", "icon": "https://example.org/i.png", "topic": CODING},
    "selectionBehavior": "any",
    "suggestions": [
        {
            "label": "Do",
            "uuid": "s1",
            "isRecommended": True,
            "actions": [
                {"type": "create", "description": "Create", "resource": RESOURCE},
                {"type": "update", "description": "Update", "resource": RESOURCE},
                {"type": "delete", "description": "Delete", "resourceId": "ServiceRequest/1"},
            ],
        }
    ],
    "links": [
        {"label": "A page", "url": "https://example.org/page", "type": "absolute"},
        {"label": "An app", "url": "https://example.org/app", "type": "smart", "appContext": "x"},
    ],
    "overrideReasons": [CODING],
    "extension": {"org.example.card": {"a": 1}},
}
SAMPLE = {
    "hook": "patient-view",
    "hookInstance": "i",
    "context": {"patientId": "p", "userId": "Practitioner/d"},
    "prefetch": {"labs": "something"},
}
CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "Authorization, Content-Type"}


class Service:
    """A service that keeps everything; tests change one thing."""

    def __init__(self):
        self.discovery = {"services": [copy.deepcopy(SERVICE)]}
        self.cards = [copy.deepcopy(CARD)]
        self.body = {}
        self.statuses = {}
        self.guarded = True
        self.preflight = dict(CORS)
        self.is_json = True
        self.ms = 12.0
        self.notices = True

    def answer(self, url, *, method, body, signed, token):
        if method == "OPTIONS":
            return 204, None, self.preflight
        if self.guarded and (not signed or token is not None):
            return 401, {"resourceType": "OperationOutcome"}, CORS
        if method == "GET":
            return 200, self.discovery, CORS
        if url.endswith("/feedback"):
            return 200, {}, CORS
        if "no-such" in url:
            return 404, {"resourceType": "OperationOutcome"}, CORS
        return self._call(body)

    def _call(self, body):
        prefetch = body.get("prefetch")
        if prefetch is None or (
            self.notices and any(isinstance(one, dict) and one["resourceType"] == "OperationOutcome" for one in prefetch.values())
        ):
            return 412, {"resourceType": "OperationOutcome"}, CORS
        return 200, {"cards": self.cards if "labs" in prefetch and prefetch["labs"] == "something" else [], **self.body}, CORS


class Fake(Target):
    """A target that asks a Python object instead of a server."""

    service: Service

    def send(self, name, url, *, method="POST", body=None, headers=None, token=None, signed=True):  # noqa: ARG002
        status, answer, sent = self.service.answer(url, method=method, body=body, signed=signed, token=token)
        status = self.service.statuses.get(name, status)
        return Exchange(name, url, status, sent, answer, self.service.is_json, self.service.ms, body)


def examined(service, *samples) -> Report:
    target = Fake(BASE, Signer(issuer="https://ehr.example.org", key="", kid="1"))
    object.__setattr__(target, "service", service)
    return examine(target, samples or (SAMPLE,))


def rows(report, status):
    return {row.requirement.id for row in report.rows if row.verdict.status is status}


# What only a real server can show: a FHIR server that is read, TLS
OTHERWISE = {2, 34, 60, 61, 168, 75, 14, 210, 211}


def test_a_service_that_keeps_everything_breaks_nothing():
    report = examined(Service())
    assert rows(report, Status.NOT_MET) == set()
    assert report.keeps_what_it_must
    outside = {requirement.id for requirement in requirements() if requirement.outside}
    assert {requirement.id for requirement in requirements()} - rows(report, Status.MET) == outside | OTHERWISE


def _card(change):
    return lambda service: change(service.cards[0])


def _without(name):
    return lambda value: value.pop(name)


def _put(**members):
    return lambda value: value.update(members)


BREAKS = [
    ({1}, lambda service: setattr(service, "is_json", False), "not JSON"),
    ({3}, _card(_put(detail="")), "an empty member"),
    ({3}, lambda service: service.discovery["services"][0].update(usageRequirements=None), "null in discovery"),
    ({4, 13}, lambda service: service.statuses.update(discovery=500), "discovery fails"),
    ({5}, lambda service: service.statuses.update({"discovery again": 503}), "discovery fails at times"),
    ({6}, lambda service: setattr(service, "discovery", {"services": {}}), "no list"),
    ({7}, lambda service: service.discovery["services"][0].pop("hook"), "no hook"),
    ({8}, lambda service: service.discovery["services"][0].pop("title"), "no title"),
    ({9}, lambda service: service.discovery["services"][0].pop("description"), "no description"),
    ({10}, lambda service: service.discovery["services"][0].pop("id"), "no id"),
    ({11, 29, 36}, lambda service: service.discovery["services"][0].update(prefetch=[]), "prefetch is a list"),
    ({12}, lambda service: service.discovery["services"][0].update(usageRequirements=7), "requirements as number"),
    ({16}, lambda service: service.statuses.update({"no data": 404}), "not at its address"),
    ({27}, lambda service: setattr(service, "ms", 900.0), "slow"),
    ({28}, lambda service: service.statuses.update({"sample 1": 500}), "fails on data"),
    ({52}, lambda service: setattr(service, "notices", False), "takes errors for absence"),
    ({54}, lambda service: service.statuses.update({"no prefetch": 500}), "fails without data"),
    ({55}, lambda service: service.discovery["services"][0]["prefetch"].update(x="Patient/{context.patientId}"), "single braces"),
    ({56}, lambda service: service.discovery["services"][0]["prefetch"].update(x="Patient/{{patient}}"), "no such token"),
    ({57}, lambda service: service.discovery["services"][0]["prefetch"].update(x="Patient/{{context.draftOrders}}"), "a Bundle as token"),
    ({57}, lambda service: service.discovery["services"][0]["prefetch"].update(x="Patient/{{context.a.b}}"), "a path as token"),
    ({58}, lambda service: service.discovery["services"][0]["prefetch"].update(x="Observation?_include=a&b=c"), "an include"),
    ({58}, lambda service: service.discovery["services"][0]["prefetch"].update(x="Observation?subject.name=a"), "a chain"),
    ({58}, lambda service: service.discovery["services"][0]["prefetch"].update(x="Observation?code:not=a"), "a modifier"),
    ({59}, lambda service: service.discovery["services"][0]["prefetch"].update(x="Patient/{{ctx.patientId}}"), "another prefix"),
    ({74}, lambda service: setattr(service, "cards", None), "no list of cards"),
    ({75}, lambda service: service.body.update(systemActions={}), "system actions as object"),
    ({76}, lambda service: service.statuses.update({"unknown service": 200}), "200 for what is not there"),
    ({77}, lambda service: service.statuses.update({"no data": 404}), "404 for nothing to say"),
    ({80}, lambda service: service.cards.append(copy.deepcopy(CARD)), "a uuid twice"),
    ({81}, _card(_put(uuid=7)), "a number as uuid"),
    ({83}, _card(_put(summary="x" * 140)), "a long summary"),
    ({84, 85}, _card(_put(detail=["x"])), "detail as list"),
    ({87}, _card(_without("indicator")), "no indicator"),
    ({88}, _card(_put(indicator="hard-stop")), "a retired indicator"),
    ({90}, _card(_without("source")), "no source"),
    ({92, 94}, _card(_put(suggestions={})), "suggestions as object"),
    ({93, 96}, _card(_without("selectionBehavior")), "no behaviour"),
    ({95}, _card(_put(selectionBehavior="all")), "another behaviour"),
    ({98}, _card(_put(overrideReasons=["x"])), "reasons as texts"),
    ({99}, _card(_put(overrideReasons={"code": "x"})), "reasons as object"),
    ({100, 136, 219}, _card(lambda card: card["overrideReasons"][0].pop("display")), "a reason without words"),
    ({103, 104}, _card(_put(links={})), "links as object"),
    ({105}, _card(lambda card: card["source"].pop("label")), "a source without label"),
    ({107, 108}, _card(lambda card: card["source"].update(url="/page")), "a relative source"),
    ({111, 113}, _card(lambda card: card["source"].update(icon="i.png")), "a relative icon"),
    ({115, 116, 217}, _card(lambda card: card["source"]["topic"].pop("system")), "a topic without system"),
    ({115, 216, 218}, _card(lambda card: card["source"]["topic"].update(code=7)), "a number as code"),
    ({117}, _card(lambda card: card["suggestions"][0].pop("label")), "no label"),
    ({118, 119}, _card(lambda card: card["suggestions"][0].update(uuid=7)), "a number as uuid"),
    ({120, 121}, _card(lambda card: card["suggestions"][0].update(isRecommended="yes")), "a text for a boolean"),
    (
        {122},
        _card(lambda card: (card.update(selectionBehavior="at-most-one"), card["suggestions"].append(card["suggestions"][0]))),
        "two recommended of which one may be chosen",
    ),
    ({123, 124}, _card(lambda card: card["suggestions"][0].update(actions={})), "actions as object"),
    ({127}, _card(lambda card: card["suggestions"][0]["actions"][0].update(type="order")), "another type"),
    ({128}, _card(lambda card: card["suggestions"][0]["actions"][0].pop("description")), "an action without words"),
    ({130}, _card(lambda card: card["suggestions"][0]["actions"][0].update(resource="x")), "a text as resource"),
    ({131}, _card(lambda card: card["suggestions"][0]["actions"][0].pop("resource")), "nothing to create"),
    ({132}, _card(lambda card: card["suggestions"][0]["actions"][1].pop("resource")), "nothing to update"),
    ({133}, _card(lambda card: card["suggestions"][0]["actions"][2].update(resource="1")), "an id as resource"),
    ({134}, _card(lambda card: card["suggestions"][0]["actions"][2].pop("resourceId")), "nothing to delete"),
    ({135}, _card(lambda card: card["suggestions"][0]["actions"][2].update(resourceId=1)), "a number as id"),
    ({138}, _card(lambda card: card["links"][0].pop("label")), "a link without words"),
    ({139, 140}, _card(lambda card: card["links"][0].update(url="page")), "a relative link"),
    ({141}, _card(lambda card: card["links"][0].pop("type")), "a link without type"),
    ({142}, _card(lambda card: card["links"][0].update(type="deep")), "another type of link"),
    ({144, 145}, _card(lambda card: card["links"][1].update(appContext={})), "a context that is no text"),
    ({146, 147}, _card(lambda card: card["links"][0].update(appContext="x")), "a context on an absolute link"),
    ({148}, lambda service: service.statuses.update(feedback=500), "feedback fails"),
    ({176, 199, 200, 205}, lambda service: service.statuses.update(dict.fromkeys(CALLS, 401)), "signed calls are refused"),
    ({195}, lambda service: service.statuses.update({"unknown issuer": 200}), "takes any issuer"),
    ({201}, lambda service: service.statuses.update({"alg none": 200}), "takes unsigned tokens"),
    ({203}, lambda service: service.statuses.update({"alg HS384": 200}), "takes shared secrets"),
    ({208}, lambda service: service.statuses.update(preflight=401), "a preflight needs a token"),
    ({208}, lambda service: service.preflight.update({"Access-Control-Allow-Headers": "content-type"}), "no authorization from pages"),
    ({211}, lambda service: service.discovery["services"].append(copy.deepcopy(SERVICE)), "the same id and hook twice"),
    ({214}, _card(_put(extension="x")), "an extension that is no object"),
    ({215}, _card(_put(extension={"mine": {"a": 1}})), "a name that others may use"),
    ({220}, _card(lambda card: card["source"]["topic"].update(display=7)), "a display that is no text"),
]
_KINDS = ("nulls", "OperationOutcomes", "no prefetch")
CALLS = ["no data", "extension", "sample 1", *_KINDS, *(f"{kind}, sample 1" for kind in _KINDS)]


@pytest.mark.parametrize(("broken", "change", "comment"), BREAKS)
def test_a_service_that_breaks_a_requirement_is_found(broken, change, comment):
    service = Service()
    change(service)
    report = examined(service)
    assert broken <= rows(report, Status.NOT_MET), comment


def test_every_requirement_that_can_be_checked_can_be_broken():
    checked = {requirement.id for requirement in requirements() if requirement.check is not None}
    shown = set().union(*(broken for broken, _, _ in BREAKS))
    by_a_server = {2, 34, 60, 61, 168, 177}  # test_target.py
    permitted = {14, 35, 210}  # MAY, and nothing to break: seen or not seen
    assert checked - shown - by_a_server - permitted == set()


def test_a_service_without_services_is_allowed():
    service = Service()
    service.discovery = {"services": []}
    report = examined(service)
    assert rows(report, Status.NOT_MET) == set()
    assert (report.services, report.cards) == (0, 0)


@pytest.mark.parametrize(
    "discovery", [None, [], "x", 7, {"services": [None, 7, {"id": 7}]}, {"services": [{"id": "a", "prefetch": {"k": 7}}]}]
)
def test_whatever_discovery_answers_there_is_a_report(discovery):
    service = Service()
    service.discovery = discovery
    report = examined(service)
    assert len(report.rows) == 120
    assert not report.keeps_what_it_must


@pytest.mark.parametrize(
    "card", [None, 7, "x", [], {}, {"suggestions": [None]}, {"links": "x", "source": []}, {"suggestions": 7, "overrideReasons": 7}]
)
def test_whatever_stands_for_a_card_there_is_a_report(card):
    service = Service()
    service.cards = [card]
    assert not examined(service).keeps_what_it_must


@pytest.mark.parametrize("status", [401, 403])
def test_a_service_that_does_not_let_the_checker_in_is_not_judged(status):
    service = Service()
    service.statuses["discovery"] = status
    with pytest.raises(Refused, match=str(status)):
        examined(service)


def test_two_hooks_under_one_id_say_that_one_updates_the_other():
    service = Service()
    service.discovery["services"].append({**SERVICE, "hook": "order-sign"})
    assert {210, 211} <= rows(examined(service), Status.MET)


def test_an_open_service_on_its_own_machine_is_not_blamed():
    service = Service()
    service.guarded = False
    report = examined(service)
    assert {176, 177, 195, 199, 201, 203} <= rows(report, Status.NOT_APPLICABLE)
    assert report.keeps_what_it_must


def test_the_three_forms_say_the_same():
    report = examined(Service())
    written = as_json(report)
    assert json.loads(json.dumps(written)) == written
    assert sum(sum(counts.values()) for counts in written["summary"].values()) == 120 == len(written["requirements"])
    for text in (as_text(report), as_markdown(report)):
        assert all(row.requirement.text in text for row in report.rows)
        assert "not testable from outside" in text


def test_the_requirements_are_the_120_of_the_standard():
    levels = [requirement.level for requirement in requirements()]
    counts = {level: levels.count(level) for level in set(levels)}
    assert counts == {"SHALL": 69, "SHOULD": 17, "SHALL NOT": 4, "SHOULD NOT": 1, "MAY": 28, "DEPRECATED": 1}
