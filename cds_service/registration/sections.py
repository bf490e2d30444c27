"""The sheet in the order in which it is worked through: sections of words, fields and lines to copy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Sheet = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Section:
    """``words`` are sentences, ``rows`` fields with their values, ``items`` points of a list, ``lines`` are to be copied as they are."""

    title: str
    words: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    items: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


def title(sheet: Sheet) -> str:
    """What the sheet is."""
    client = f", client {sheet['client']}" if sheet["client"] else ""
    return f"Registration at {sheet['system']} (profile {sheet['profile']}{client})"


def sections(sheet: Sheet) -> list[Section]:
    """All sections; those without anything to say are left out."""
    found = [
        _address(sheet),
        *_services(sheet),
        *_prefetch(sheet),
        _scopes(sheet),
        _authentication(sheet),
        _links(sheet),
        _cards(sheet["cards"]),
        _topics(sheet),
        _reasons(sheet),
        _timeouts(sheet["timeouts"]),
        *_notes(sheet["notes"]),
    ]
    return [section for section in found if section.words or section.rows or section.items or section.lines]


def _address(sheet: Sheet) -> Section:
    words = []
    if not sheet["isPublic"]:
        words.append("CDS_PUBLIC_URL is not set: these are addresses of this machine, which no EHR can call.")
    elif not sheet["base"].startswith("https://"):
        words.append("CDS_PUBLIC_URL is not https, which CDS Hooks asks for wherever there are patients.")
    if not sheet["discovery"]["isRead"]:
        words.append("Discovery is not read: type the services and what they need as they stand here.")
    return Section("Address", tuple(words), (("base", sheet["base"]), ("discovery", sheet["discovery"]["url"])))


def _services(sheet: Sheet) -> Iterator[Section]:
    labels = {"feedback": "feedback url", "usageRequirements": "usage requirements"} | dict(sheet["labels"])
    for service in sheet["services"]:
        yield Section(f"Service {service['id']} at {service['hook']}", rows=tuple((labels.get(k, k), v) for k, v in service.items()))
    if sheet["otherServices"]:
        words = "For the hooks of these services the vendor has documented no support; ask before they are registered."
        yield Section("Services that are left out", (words,), items=tuple(sheet["otherServices"]))


def _prefetch(sheet: Sheet) -> Iterator[Section]:
    prefetch = sheet["prefetch"]
    if prefetch["isFilled"]:
        heading, words = (
            "Prefetch",
            ["Each line is a key and its query. A suffix (conditions-user) does no harm; CDS_PREFETCH_ALIASES maps other keys."],
        )
    else:
        heading, words = "What is read from the FHIR server", ["Prefetch is not documented: these queries are made at each call."]
    if prefetch["unknownTokens"]:
        words.append(f"Tokens that this client does not know: {', '.join(prefetch['unknownTokens'])}.")
    for group in prefetch["groups"]:
        required = f"Without {' and '.join(group['required'])} the service answers 412; without another, cards say what is not known."
        of = f" of {', '.join(group['services'])}" if len(prefetch["groups"]) > 1 else ""
        lines = tuple(f"{key}: {query}" for key, query in group["templates"].items())
        yield Section(f"{heading}{of}", (*words, required), lines=lines)


def _scopes(sheet: Sheet) -> Section:
    scopes = sheet["scopes"]
    words = "The least that the service needs, to read what did not come as prefetch; it never writes."
    return Section("FHIR scopes", (words,), (("SMART v1", " ".join(scopes["v1"])), ("SMART v2", " ".join(scopes["v2"]))))


def _authentication(sheet: Sheet) -> Section:
    found = sheet["authentication"]
    words = [
        f"Tokens are signed with {' or '.join(found['algorithms'])}; aud is the address that is called, one of those below.",
        "iss and jku are compared with the clients file (CDS_CLIENTS_FILE); no address in a token is followed. The entry:",
    ]
    if not found["isAuthenticated"]:
        words.insert(0, "This client has no issuer: its calls are not authenticated.")
    rows = tuple(("aud" if number == 0 else "", url) for number, url in enumerate(found["audience"]))
    return Section("Authentication", tuple(words), rows, lines=tuple(found["clientsFile"].splitlines()))


def _links(sheet: Sheet) -> Section:
    links = sheet["links"]
    if not links["urls"]:
        return Section("Links", ("No card links to anything.",))
    words = ["Every address that a card may link to, for a list of allowed links. All are plain links; no SMART app is launched."]
    if links["listed"] is not None:
        words.append(f"The clients file lets cards link to: {', '.join(links['listed']) or 'nothing'}.")
    return Section("Links", tuple(words), lines=tuple(links["urls"]))


def _cards(cards: Mapping[str, Any]) -> Section:
    items = [
        f"Suggestions are offered, and selected as '{cards['selection_behavior']}'."
        if cards["suggestions"]
        else "No suggestions are offered.",
        "A suggestion of several actions is offered as the one request that stands for it, or not at all." if cards["one_action"] else "",
        f"Only {' and '.join(cards['creates'])} are created." if cards["creates"] else "",
        "Topic codes are sent without punctuation." if cards["alphanumeric_topics"] else "",
        *(f"Each card's extension says {name}: {value}." for name, value in cards["card_extension"].items()),
        "Only links on the client's list are sent; what they are about is still in the text." if cards["listed_links_only"] else "",
        "" if cards["override_reasons"] else "No reasons to override are sent.",
    ]
    return Section("What cards hold", items=tuple(item for item in items if item))


def _topics(sheet: Sheet) -> Section:
    differ = [topic for topic in sheet["topics"] if topic["code"] != topic["sentAs"]]
    rows = tuple((topic["code"], topic["sentAs"]) for topic in sheet["topics"]) if differ else ()
    return Section(
        "Topic codes", ("Under these, overrides are kept: the code of the content, and how it is sent.",) if differ else (), rows
    )


def _reasons(sheet: Sheet) -> Section:
    reasons = sheet["overrideReasons"]
    systems = ", ".join(dict.fromkeys(reason["system"] for reason in reasons))
    words = (f"Every card offers them, with the codes of {systems}.",) if reasons else ()
    return Section("Reasons to override", words, tuple((reason["code"], reason["display"]) for reason in reasons))


def _timeouts(timeouts: Mapping[str, int]) -> Section:
    ours, theirs = timeouts["oursMs"], timeouts["clientMs"]
    return Section(
        "Timeouts", (f"Let the client wait {theirs} ms; the service takes at most {ours} ms (CDS_DEADLINE_MS) to complete a record.",)
    )


def _notes(notes: Iterable[Mapping[str, Any]]) -> Iterator[Section]:
    by_state: dict[bool, list[str]] = {True: [], False: []}
    for note in notes:
        by_state[note["documented"]].append(note["text"])
    yield Section("As the vendor documents it", items=tuple(by_state[True]))
    yield Section("Not verified", items=tuple(by_state[False]))
