"""The invariants of FHIR R4 itself (every ``constraint`` of its StructureDefinitions, 4.0.1, CC0): they compile, with all types checked.

``r4-invariants.json`` has a row for each: key, path, the type at the path, expression.
"""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from cds_service.fhirpath import FhirPathError
from cds_service.fhirpath.r4 import r4
from cds_service.fhirpath.standard import compile_fhirpath

FOLDER = Path(__file__).parent / "fhirpath_official"
INVARIANTS = json.loads((FOLDER / "r4-invariants.json").read_text(encoding="utf-8"))
HOOKS = {"resolve": lambda _reference: None, "member_of": lambda _code, _url: True, "conforms_to": lambda _resource, _url: True}
REFUSED = {
    "cid-0": "a mistake of the standard: a ChargeItemDefinition has no `name`",
    "eld-19": "a regular expression that repeats a repetition",
    "eld-20": "a regular expression that repeats a repetition",
    "txt-1": "htmlChecks() is not covered",
    "txt-2": "htmlChecks() is not covered",
}
BROKEN = {"codesystem-example.json": {"csd-1"}}  # a code twice, as testCombine1 of the suite has it


def compiled(path, of, expression):
    owner = path.split(".")[0]
    kind = r4().type(owner).kind
    root = owner if kind == "resource" else None
    return compile_fhirpath(expression, model=r4(), context=of, variables={"resource": root, "rootResource": root}, hooks=HOOKS)


@pytest.mark.parametrize(("key", "path", "of", "expression"), INVARIANTS)
def test_invariant_compiles(key, path, of, expression):
    if key in REFUSED:
        with pytest.raises(FhirPathError):
            compiled(path, of, expression)
    else:
        assert compiled(path, of, expression).static.kinds in (None, {"Boolean"})


@pytest.mark.parametrize("name", sorted(path.name for path in (FOLDER / "input").glob("*.json")))
def test_published_examples_keep_the_invariants_of_their_types(name):
    resource = json.loads((FOLDER / "input" / name).read_text(encoding="utf-8"), parse_float=Decimal)
    types = [each.name for each in r4().type(resource["resourceType"]).line()]
    asked = [(key, compiled(path, path, text)) for key, path, _, text in INVARIANTS if path in types[:1] and key not in REFUSED]
    broken = {key for key, expression in asked if expression.boolean(resource, {"resource": resource, "rootResource": resource}) is False}
    assert broken == BROKEN.get(name, set())
