"""Every one of the 25 traps of real records has a test that is named after it."""

import re
from pathlib import Path

HERE = Path(__file__).parent
TEST = re.compile(r"^def test_trap_(\d\d)_", re.MULTILINE)


def test_every_trap_has_its_test():
    found = {int(number) for path in HERE.glob("test_trap_*.py") for number in TEST.findall(path.read_text())}

    assert found == set(range(1, 26))


def test_every_trap_goes_through_the_service_to_the_cards():
    """A trap that stops at the facts would not show what a user sees."""
    silent = [path.name for path in HERE.glob("test_trap_*.py") if not re.search(r"\bexpect\(|\bdifferences\(|\.cards\b", path.read_text())]

    assert silent == []
