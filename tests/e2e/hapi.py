"""A real FHIR server: HAPI FHIR's own, with what Maven fetches, in a process of its own (``fhir-server/FhirServer.java``)."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from tests.e2e.programs import path_of

SOURCES = Path(__file__).parent / "fhir-server"
CLASSPATH = SOURCES / "target" / "classpath"
_PATIENCE = 60
# It lives for seconds: compile quickly rather than well
_JAVA = ("-Xmx1g", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error")


def fetch() -> None:
    """Fetch the jars, some 170 MB, unless they are there."""
    if _is_fetched():
        return
    command = [path_of("mvn"), "--quiet", "--batch-mode", "--no-transfer-progress", "dependency:build-classpath"]
    done = subprocess.run(command, cwd=SOURCES, check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"Maven could not fetch HAPI FHIR:\n{done.stdout[-3000:]}"


def _is_fetched() -> bool:
    fresh = CLASSPATH.exists() and CLASSPATH.stat().st_mtime > (SOURCES / "pom.xml").stat().st_mtime
    return fresh and all(Path(jar).exists() for jar in CLASSPATH.read_text().strip().split(os.pathsep))


@contextmanager
def running(page: int, log: Path) -> Iterator[str]:
    """An empty server: its base address. ``page`` is how many matches a page of a search holds."""
    fetch()
    command = [path_of("java"), *_JAVA, "-cp", CLASSPATH.read_text().strip(), str(SOURCES / "FhirServer.java"), str(page)]
    with (
        log.open("wb") as said,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True) as process,
    ):
        try:
            base = process.stdout.readline().strip()  # empty when it has ended
            assert base, f"HAPI FHIR did not start:\n{log.read_text()[-3000:]}"
            yield base
        finally:
            process.terminate()
            process.wait(_PATIENCE)


def load(base: str, resources: Iterable[Mapping[str, Any]]) -> None:
    """Store resources under their own ids, all or none."""
    entries = [{"resource": one, "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"}} for one in resources]
    body = json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries})
    answer = requests.post(base, data=body, headers={"Content-Type": "application/fhir+json"}, timeout=_PATIENCE)
    assert answer.status_code == 200, answer.text[:2000]
