"""Writes ``cds_service/fhirpath/r4/tables.json.gz`` from HL7's own R4 StructureDefinitions (4.0.1, CC0).

``python -m tests.builders.r4_tables FOLDER`` reads ``profiles-types.xml`` and ``profiles-resources.xml``, as they are in the
definitions download of the standard and in the jar ``hapi-fhir-validation-resources-r4``. Only facts are kept: the names of types
and their bases, the names of elements, their types and whether they repeat.
"""

import gzip
import json
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

OUTPUT = Path(__file__).parents[2] / "cds_service/fhirpath/r4/tables.json.gz"
NAMESPACE = {"f": "http://hl7.org/fhir"}
SYSTEM = "http://hl7.org/fhirpath/System."
DEFINITION = "http://hl7.org/fhir/StructureDefinition/"


def tables(folder):
    """Each type as ``[base, kind, {element: "type|type*"}]``; ``value[x]`` keeps its brackets, ``*`` says that it repeats."""
    found = {}
    for name in ("profiles-types.xml", "profiles-resources.xml"):
        for definition in ET.parse(folder / name).getroot().iterfind(".//f:StructureDefinition", NAMESPACE):
            if value(definition, "f:derivation") != "constraint":
                found.update(types(definition))
    return found


def types(definition):
    name, kind = value(definition, "f:type"), value(definition, "f:kind")
    base = (value(definition, "f:baseDefinition") or "").removeprefix(DEFINITION)
    found = {name: [base, kind, {}]}
    for element in definition.iterfind("f:differential/f:element", NAMESPACE):
        path = value(element, "f:path")
        owner, _, last = path.rpartition(".")
        if not owner or value(element, "f:max") == "0" or (kind == "primitive-type" and last == "value"):
            continue
        written = element_types(element, path)
        if written in ("BackboneElement", "Element") and has_children(definition, path):
            found[path] = [written, "backbone", {}]
            written = path
        found[owner][2][last] = written + ("*" if value(element, "f:max") not in ("0", "1") else "")
    return found


def element_types(element, path):
    reference = value(element, "f:contentReference")
    if reference:
        return reference.removeprefix("#")
    codes = dict.fromkeys(code.get("value") for code in element.iterfind("f:type/f:code", NAMESPACE))
    if path == "Resource.id":
        return "id"
    return "|".join("string" if code.startswith(SYSTEM) else code for code in codes)


def has_children(definition, path):
    return any(value(other, "f:path").startswith(f"{path}.") for other in definition.iterfind("f:differential/f:element", NAMESPACE))


def value(node, path):
    found = node.find(path, NAMESPACE)
    return None if found is None else found.get("value")


def main():
    """Write the file; the same input gives the same bytes."""
    text = json.dumps({"fhirVersion": "4.0.1", "types": tables(Path(sys.argv[1]))}, separators=(",", ":"), sort_keys=True)
    OUTPUT.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{OUTPUT.name}: {len(text)} bytes, {OUTPUT.stat().st_size} compressed")  # noqa: T201


if __name__ == "__main__":
    main()
