"""The service as a site starts it, in processes of its own, and a CDS Client of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import yaml

from tests.builders.request import service_of
from tests.builders.tokens import Issuer

_PATIENCE = 60


@dataclass(frozen=True)
class Service:
    """A running service; ``folder`` holds its clients file, its store and its log."""

    base: str
    folder: Path

    def url(self, service: str, *more: str) -> str:
        """The address of one of its services."""
        return "/".join((self.base, "cds-services", service, *more))

    def call(self, issuer: Issuer, body: Mapping[str, Any]) -> requests.Response:
        """A hook call of a CDS Client."""
        url = self.url(service_of(body["hook"]))
        return requests.post(url, json=body, headers=issuer.headers(url), timeout=_PATIENCE)


@contextmanager
def running(folder: Path, clients: Mapping[Issuer, Sequence[str]], **settings: str) -> Iterator[Service]:
    """Two workers on a free port, for clients whose keys are known from files, each with the FHIR servers that it may name."""
    port = _free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CDS_")} | {
        "CDS_PORT": str(port),
        "CDS_WORKERS": "2",
        "CDS_CLIENTS_FILE": str(_clients_file(folder, clients)),
        "CDS_DATABASE_URL": f"sqlite:///{folder / 'store.db'}",
        **settings,
    }
    command = [sys.executable, "-m", "cds_service", "serve"]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True) as process,
    ):
        service = Service(f"http://127.0.0.1:{port}", folder)
        try:
            _wait_until_ready(process, service)
            yield service
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(_PATIENCE)


def _clients_file(folder: Path, clients: Mapping[Issuer, Sequence[str]]) -> Path:
    entries = []
    for issuer, fhir_servers in clients.items():
        keys = issuer.write_jwks(folder / f"{issuer.name}.jwks.json")
        entries.append(issuer.entry(jku=None, jwks_file=keys.name, fhir_servers=list(fhir_servers)))
    file = folder / "clients.yaml"
    file.write_text(yaml.safe_dump({"clients": entries}))
    return file


def _wait_until_ready(process: subprocess.Popen[bytes], service: Service) -> None:
    """The kernel queues connections once a worker listens, so a refused one is tried again while the process lives."""
    while process.poll() is None:
        try:
            requests.get(f"{service.base}/health/ready", timeout=_PATIENCE).raise_for_status()
        except requests.ConnectionError:
            continue
        return
    raise AssertionError((service.folder / "log").read_text())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
