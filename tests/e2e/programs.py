"""What these tests need beyond Python."""

from __future__ import annotations

import shutil

# program: the package of it on Debian and Ubuntu
PACKAGES = {"java": "default-jdk-headless", "javac": "default-jdk-headless", "mvn": "maven", "chromium": "chromium"}


def missing() -> str | None:
    """What is not installed and how to get it; ``None`` if nothing is missing."""
    absent = [program for program in PACKAGES if shutil.which(program) is None]
    if not absent:
        return None
    packages = " ".join(sorted({PACKAGES[program] for program in absent}))
    return f"make test-e2e needs {', '.join(absent)}, which this machine has not. On Debian and Ubuntu: apt-get install {packages}"


def path_of(program: str) -> str:
    """Where a program is."""
    found = shutil.which(program)
    assert found is not None
    return found
