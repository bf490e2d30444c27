"""The sources of a card: label, citations by source document, links, and the words every card ends with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cds_service.model.assessment import Citation
from cds_service.plans.compiled import Source

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def label(citations: Iterable[Citation], sources: Mapping[str, Source], default: str) -> str:
    """The source documents by title and date; ``default`` where there is none."""
    used = [sources[name] for name in dict.fromkeys(citation.source for citation in citations) if name in sources]
    return "; ".join(f"{source.title} ({written_day(source.date)})" if source.date else source.title for source in used) or default


def lines(citations: Sequence[Citation], sources: Mapping[str, Source]) -> list[str]:
    """One Markdown bullet for each source document, then for literature outside them, by the words it begins with."""
    found = []
    for name in dict.fromkeys(citation.source for citation in citations if citation.source in sources):
        source = sources[name]
        lead = source.title.partition(":")[0]
        cited = _grouped([citation for citation in citations if citation.source == name], lead)
        found.append(f"- {lead} (date: {written_day(source.date)}; review: {source.review_state or 'not stated'}): {cited}.")
    outside = [citation for citation in citations if citation.citation and citation.source not in sources]
    for lead in dict.fromkeys(_lead(citation) for citation in outside):
        cited = _grouped([citation for citation in outside if _lead(citation) == lead], lead)
        found.append(f"- {lead}: {cited}." if lead else f"- {cited}.")
    return found


def _lead(citation: Citation) -> str:
    """The words before the first ": ", by which several citations may begin."""
    lead, mark, _ = citation.citation.partition(": ")
    return lead if mark else ""


def closing(*, reviewed: bool) -> str:
    """What every card says about itself."""
    state = "Reviewed content" if reviewed else "Not yet reviewed by a clinician"
    return f"{state}. For education; check the primary literature. Supports and does not replace clinical judgement."


def links(citations: Iterable[Citation]) -> list[Mapping[str, str]]:
    """Absolute links to all cited literature with a verified address, each address once."""
    found: dict[str, Mapping[str, str]] = {}
    for citation in citations:
        if citation.url is not None:
            found.setdefault(citation.url, {"label": _link_label(citation), "url": citation.url, "type": "absolute"})
    return list(found.values())


def statements(citations: Iterable[Citation]) -> list[str]:
    """The statement ids, each once."""
    return list(dict.fromkeys(citation.statement for citation in citations))


def written_day(date: str | None) -> str:
    """``2025-12-23`` -> ``23 Dec 2025``; partial dates keep what they have; ``not stated`` without one."""
    if date is None:
        return "not stated"
    year, *rest = date[:10].split("-")
    month = [_MONTHS[int(rest[0]) - 1]] if rest else []
    return " ".join([*(str(int(part)) for part in rest[1:]), *month, year])


def _link_label(citation: Citation) -> str:
    """The work first, then where it is cited: "Book, reference 1: Gardener, 1999" -> "Gardener, 1999 (Book, reference 1)"."""
    lead, text = _lead(citation), citation.citation
    return f"{text.removeprefix(lead)[2:]} ({lead})" if lead else text


def _grouped(citations: Sequence[Citation], lead: str) -> str:
    """Every distinct citation once, with the statements behind it; a remark in brackets that ends several is written once, before them."""
    by_text: dict[str, list[str]] = {}
    for citation in citations:
        text = citation.citation.removeprefix(lead).lstrip(",: ") if lead else citation.citation
        by_text.setdefault(text, []).append(citation.statement)
    by_remark: dict[str, list[str]] = {"": []}
    for text, ids in by_text.items():
        remark, bare = _remark(text)
        is_shared = bool(remark) and sum(_remark(other)[0] == remark for other in by_text) > 1
        by_remark.setdefault(remark if is_shared else "", []).append(f"{bare if is_shared else text} [{', '.join(dict.fromkeys(ids))}]")
    plain = by_remark.pop("")
    return "; ".join([*plain, *(f"{remark}: {', '.join(texts)}" for remark, texts in by_remark.items())])


def _remark(text: str) -> tuple[str, str]:
    """``reference 1 (not listed)`` -> ``("not listed", "reference 1")``; ``("", text)`` without brackets at its end."""
    bare, mark, remark = text.removesuffix(")").rpartition(" (")
    return (remark, bare) if mark and text.endswith(")") else ("", text)
