"""docs/performance.md: every table between its markers is made from what was measured, so that no figure is typed by hand.

``python -m bench.page`` writes the page anew from ``bench/results.json`` and ``bench/before.json``.
"""

from __future__ import annotations

import re
import sys

from bench.results import BEFORE, FOLDER, RESULTS, Results, read
from bench.tables import history, profiles, tables

PAGE = FOLDER.parent / "docs" / "performance.md"


def page(text: str, results: Results, before: Results | None) -> str:
    """The page with every table between its markers ``<!-- table: name -->`` and ``<!-- end -->`` made anew."""
    made = tables(results) | ({"history": history(before, results), "profiles": profiles(before, results)} if before else {})

    def fill(found: re.Match[str]) -> str:
        return f"<!-- table: {found[1]} -->\n\n{made[found[1]].markdown()}\n\n<!-- end -->"

    return re.sub(r"<!-- table: (\w+) -->.*?<!-- end -->", fill, text, flags=re.DOTALL)


def write(results: Results) -> None:
    """Write the page anew."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), results, read(BEFORE)), encoding="utf-8")


if __name__ == "__main__":
    measured = read(RESULTS)
    if measured is None:
        sys.exit("bench/results.json is made by `make bench`")
    write(measured)
