"""Which options each reader needs and which it knows: content that misses or misspells one is refused at load, not at the bedside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cds_service.fhir.terminology import Terminology

# reader -> (options it needs, options it may have)
OPTIONS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    name: (frozenset(needed.split()), frozenset(optional.split()))
    for name, needed, optional in (
        ("patient", "", "gives"),
        ("record", "", "answered keys"),
        ("days-between", "from to", ""),
        ("first-date", "of member date", "parameter values"),
        ("texts", "lines", ""),
        ("primary", "", "attributes gives"),
        ("histology", "familyPath target map disorderMap codes extensions family", ""),
        ("spread", "site keys", "treatmentEnd unattributed"),
        ("spread-flag", "site", "sites roles notSites state gives unattributed placed"),
        ("spread-body-site", "sites", "listed count outside"),
        ("staging", "site sets gives kinds values", "groups descriptors editions written suffixes"),
        ("flag", "", "conditions observations answers within place perSite"),
        ("documented", "any", ""),
        ("latest-quantity", "codes units range gives", "notComparable answers absent integer bodySite attributed within keys before"),
        ("latest-code", "codes map target", ""),
        ("decisive-code", "codes map target notBefore lines keys decisive favourable unfavourable gives", ""),
        ("result", "codes map target unclear conflict absent", "shared variant notDone"),
        ("treatments", "keys window agents medications", "from supportive unnamed regimens outcomes gives"),
        ("procedures", "map target keys states", ""),
        ("radiotherapy", "fields courses fieldMap codeMap target unknownExtent none gives", "answers negations prevailing"),
        ("imaging", "sources map target modalities", "recent complete"),
        ("orders", "of keys kinds", "agents supportive supports procedure modality radiotherapy field intent combined also"),
        ("combination", "lists keys agents combinations", "dated within"),
    )
}

_MAPPED = frozenset({"map", "target"})
# reader -> option that is a mapping -> what it must hold
_PARTS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "orders": {
        "agents": _MAPPED,
        "procedure": _MAPPED,
        "modality": _MAPPED,
        "field": frozenset({"fieldMap", "codeMap", "target"}),
        "intent": _MAPPED | {"extensions"},
        "combined": frozenset({"as", "fields", "agents"}),
        "kinds": frozenset({"else"}),
    },
    "treatments": {"agents": _MAPPED, "outcomes": _MAPPED | {"codes", "decisive"}},
    "imaging": {"complete": frozenset({"path", "all", "within"})},
    "latest-quantity": {"gives": frozenset({"value"}), "answers": _MAPPED, "bodySite": _MAPPED | {"sites"}},
    "staging": {"kinds": _MAPPED, "values": _MAPPED, "groups": _MAPPED, "descriptors": _MAPPED, "editions": _MAPPED},
    "radiotherapy": {"gives": frozenset({"extent"}), "answers": _MAPPED | {"codes"}},
    "histology": {"family": _MAPPED | {"source", "else"}},
}
# the kinds of an order are named for each thing that describes one
_KINDS = ("agents", "radiotherapy", "procedure", "modality")


def option_problems(reader: str, options: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(problem, remedy) for every option that a reader needs and lacks, or does not know, and for what an option itself lacks."""
    needed, optional = OPTIONS[reader]
    missing, unknown = sorted(needed - set(options)), sorted(set(options) - needed - optional)
    if missing:
        yield f"lacks the options {', '.join(missing)}", f"the reader '{reader}' needs them"
    if unknown:
        yield f"has unknown options {', '.join(unknown)}", f"the reader '{reader}' knows {', '.join(sorted(needed | optional)) or 'none'}"
    for name, parts in _PARTS.get(reader, {}).items():
        block = options.get(name)
        wanted = parts | {kind for kind in _KINDS if kind in options} if name == "kinds" else parts
        if name in options and not (isinstance(block, Mapping) and wanted <= set(block)):
            yield f"has an option '{name}' that lacks something", f"give it {', '.join(sorted(wanted))}"


_PLACES = frozenset({"map", "bodySite", "target"})
_SIDE = frozenset({"extension", "map", "target"})
# The sections of ``disorders`` (see facts/sorting.py): what each needs and may have; "" is the block itself
_DISORDERS = {
    "": (frozenset({"primary", "other", "links"}), frozenset({"spread", "keys"})),
    "primary": (frozenset({"map", "site"}), frozenset({"bodySite", "generic", "unspecific", "later", "several"})),
    "spread": (frozenset({"map", "site"}), frozenset({"bodySite", "ambiguousSite", "suspectedOnly", "traps", "places"})),
}


def disorder_problems(options: Mapping[str, Any], terminology: Terminology) -> Iterator[tuple[str, str, str]]:
    """(element, problem, remedy) for what the ``disorders`` block misses, misspells, or names without the content having it."""
    for section, (needed, optional) in _DISORDERS.items():
        element = f"disorders.{section}".rstrip(".")
        block = options.get(section) if section else options
        if section and section not in options and section in _DISORDERS[""][1]:
            continue
        if not isinstance(block, Mapping):
            yield element, "is missing or is no mapping", f"give {', '.join(sorted(needed))}"
        elif set(block) - needed - optional or needed - set(block):
            wrong = sorted((needed - set(block)) | (set(block) - needed - optional))
            yield element, f"lacks or does not know {', '.join(wrong)}", f"give {', '.join(sorted(needed))}"
    primary, spread = (block if isinstance(block := options.get(name), Mapping) else {} for name in ("primary", "spread"))
    sets = [("other", options.get("other")), *((f"primary.{name}", primary.get(name)) for name in ("generic", "unspecific", "later"))]
    sets += [(f"spread.{name}", spread.get(name)) for name in ("suspectedOnly", "traps")]
    maps = [
        (f"{section}.{name}", block.get(name))
        for section, block in (("primary", primary), ("spread", spread))
        for name in ("map", "bodySite")
    ]
    yield from _place_problems(spread)
    maps += _place_maps(spread)
    for names, known, kind in ((sets, terminology.members, "value set"), (maps, terminology.maps, "concept map")):
        for element, name in names:
            if name is not None and name not in known:
                yield f"disorders.{element}", f"names the {kind} '{name}', which the content lacks", "add it or correct the name"


def _place_problems(spread: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What the ``places`` of the spread block, if there are any, miss or misspell."""
    places = spread.get("places")
    side = places.get("side") if isinstance(places, Mapping) else None
    if places is not None and not (isinstance(places, Mapping) and _PLACES <= set(places) <= _PLACES | {"side"}):
        yield "disorders.spread.places", "lacks or does not know something", f"give {', '.join(sorted(_PLACES))}, and side if wanted"
    elif side is not None and not (isinstance(side, Mapping) and set(side) == _SIDE):
        yield "disorders.spread.places.side", "lacks or does not know something", f"give {', '.join(sorted(_SIDE))}"


def _place_maps(spread: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """(element, concept map) of the places."""
    places = block if isinstance(block := spread.get("places"), Mapping) else {}
    side = block if isinstance(block := places.get("side"), Mapping) else {}
    return [
        ("spread.places.map", places.get("map")),
        ("spread.places.bodySite", places.get("bodySite")),
        ("spread.places.side.map", side.get("map")),
    ]
