"""No module of the engine knows a name that only the shipped content has.

The second content (``tests/second_disease/content``) shares no such name with the shipped one and runs through the same engine:
what both could use is the language of content (readers, their options, kinds of tables) and FHIR, and nothing else may be named.
"""

import ast
import re
from pathlib import Path

import pytest

from cds_service.facts.readers import READERS
from cds_service.facts.readers.options import OPTIONS
from cds_service.served import load_content

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "cds_service").rglob("*.py"))
#: What is language and not content: the names of readers and of their options, and these words
LANGUAGE = frozenset(READERS).union(*(needed | optional for needed, optional in OPTIONS.values())) | {
    "patient",  # FHIR; and the variable %patient
    "recommendation",  # what a file of cases is about
    "text",  # FHIR; and the mark of spellings in concept maps
    "request",  # FHIR and CDS Hooks
    "response",  # FHIR and CDS Hooks
    "stage-group",  # a kind of staging table
    "timing",  # a member of every element of the reader "spread"
}
#: The file that lists reasons to override, and the mark of spellings, have one name in every content
EVERYWHERE = {"value sets": {"override-reason"}, "code systems": {"text"}}


def names(knowledge):
    """Every name that a content gives to something of its own, by kind."""
    services = knowledge.services.values()
    return {
        "facts": set(knowledge.facts_engine.model.declarations),
        "code systems": set(knowledge.terminology.displays),
        "value sets": set(knowledge.terminology.members),
        "concept maps": set(knowledge.terminology.maps),
        "prefetch keys": {requirement.key for service in services for requirement in service.requirements},
        "parameters": set(knowledge.parameters),
        "recommendations": {action.code for service in services for action in service.actions},
        "services": {service.id for service in services},
        "sources": set(knowledge.sources),
    }


@pytest.fixture(scope="module")
def shipped(knowledge):
    return names(knowledge)


@pytest.fixture(scope="module")
def other():
    return names(load_content(ROOT / "tests" / "second_disease" / "content"))


def literals(source):
    """(line, text) of every string of a module that is no docstring."""
    tree = ast.parse(source)
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose
    ]


def named(source, contents):
    """The strings of a module that are a name of a content, or hold the address of its terminology."""
    own = set().union(*contents.values()) - LANGUAGE
    terminology = contents["code systems"] | contents["value sets"] | contents["concept maps"]
    found = [(line, text) for line, text in literals(source) if text in own]
    for line, text in literals(source):
        addresses = re.findall(r"/(?:CodeSystem|ValueSet|ConceptMap)/([a-z0-9-]+)", text)
        found += [(line, name) for name in addresses if name in terminology - {"text"}]
    return found


def test_the_two_contents_share_no_name(shipped, other):
    for kind, own in shipped.items():
        assert own & other[kind] == EVERYWHERE.get(kind, set()), kind
        assert other[kind], kind


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_engine_names_nothing_of_the_shipped_content(path, shipped):
    assert named(path.read_text(encoding="utf-8"), shipped) == []


@pytest.mark.parametrize(
    ("source", "found", "comment"),
    [
        ("x = tree.get('primary.site')", 1, "a fact"),
        ("key = 'molecular'", 1, "a prefetch key"),
        ("value = maps['staging-category']", 1, "a concept map"),
        ("SYSTEM = f'{BASE}/CodeSystem/recommendation'", 1, "the address of a code system"),
        ("def f():\n    'Reads primary.site.'", 0, "prose is looked at by other tests"),
        ("x = 'patient'", 0, "a word of FHIR"),
    ],
)
def test_the_guard_sees_a_name(source, found, comment, shipped):
    assert len(named(source, shipped)) == found, comment
