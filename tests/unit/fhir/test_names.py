"""A display that names something else than its code."""

import pytest

from cds_service.fhir.codings import TEXT_SYSTEM, Concept, normalise_text
from cds_service.fhir.names import index_names

SYSTEM = "urn:trees"


def element(code, target, display=None):
    return {"code": code, "target": [{"code": target, "equivalence": "equivalent"}]} | ({"display": display} if display else {})


RESOURCE = {
    "group": [
        {
            "source": SYSTEM,
            "target": "x/leaf",
            "element": [element("1", "oak", "Oak leaf"), element("2", "elm", "Elm leaf"), element("3", "oak")],
        },
        {"source": TEXT_SYSTEM, "target": "x/leaf", "element": [element("green", "elm")]},
    ]
}
MAPS = {"leaves": {"leaf": {Concept(SYSTEM, "1"): ("oak",), Concept(SYSTEM, "2"): ("elm",), Concept(SYSTEM, "3"): ("oak",)}}}
NAMES = index_names({"leaves": RESOURCE}, MAPS, Concept)


@pytest.mark.parametrize(
    ("code", "display", "misnamed", "why"),
    [
        ("1", "Oak leaf", False, "its own name"),
        ("1", "OAK LEAF.", False, "case and punctuation do not matter"),
        ("1", "Elm leaf", True, "the name of another code that stands for something else"),
        ("3", "Oak leaf", False, "the name of another code that stands for the same"),
        ("1", "a leaf in autumn", False, "a name of nobody's"),
        ("1", "green", False, "a spelling is no name"),
        ("9", "Elm leaf", False, "a code that is not listed"),
    ],
)
def test_a_display_names_something_else(code, display, misnamed, why):
    assert NAMES.misname(Concept(SYSTEM, code), normalise_text(display)) is misnamed, why
