"""What an author has still to write, in resources and in the documents beside them."""

from __future__ import annotations

from cds_service.authoring.material import Material
from cds_service.plans import unwritten
from cds_service.plans.problems import Problems


def check_written(material: Material, problems: Problems) -> None:
    """Report every text that is still to be written, line by line in READMEs and code systems."""
    unwritten.check_written(material.files, problems)
    for path in sorted((*material.folder.rglob("*.md"), *(material.folder / "terminology").glob("CodeSystem-*.json"))):
        for number, line in enumerate(material.read(path, problems).splitlines(), 1):
            unwritten.check_text(line, problems.at(material.name(path), f"line {number}"))
