"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

_OURS = ("flask", "werkzeug", "gunicorn", "orjson", "fhir.resources", "fhirpathpy")
_PEER = ("healthchain", "fastapi", "uvicorn", "pydantic", "fhir.resources")


def machine(checkout: Path, peer: Path | None) -> dict[str, Any]:
    """Processor, system, versions, and the commit that was measured."""
    git = ("git", "-C", str(checkout))
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": _said(*git, "rev-parse", "--short", "HEAD"),
        "changed": bool(
            _said("git", "-C", str(checkout), "status", "--porcelain", "--untracked-files=no", "--", "cds_service", "plan_definitions")
        ),
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
        "versions": {name: version(name) for name in _OURS},
        "peer": _peer(peer) if peer else {},
        "wrk": _said("dpkg-query", "-W", "-f", "${Version}", "wrk"),
    }


def _cpu() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()


def _peer(python: Path) -> dict[str, str]:
    code = f"from importlib.metadata import version; print(*map(version, {_PEER!r}))"
    return dict(zip(_PEER, _said(str(python), "-c", code).split(), strict=False))


def _said(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return ""
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout.strip()  # noqa: S603
