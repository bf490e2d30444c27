"""The service as a process of its own, on a free port of this machine, stopped at the end whatever happens."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

PATIENCE = 60


@dataclass(frozen=True)
class Served:
    """A running service: its address, and the process that leads its group."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """The base address."""
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path: str, body: Any = None, method: str | None = None, headers: Mapping[str, str] | None = None) -> tuple[int, Any]:
        """The status and the parsed answer; ``body`` is sent as JSON, bytes as they are."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        with contextlib.closing(HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            sent = {"Content-Type": "application/json", **(headers or {})}
            connection.request(method or ("GET" if data is None else "POST"), path, data, sent)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

    def memory(self) -> int:
        """Bytes that the process and its workers hold in memory, together."""
        return sum(_resident(pid) for pid in [self.process.pid, *_children(self.process.pid)])


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def served(folder: Path, **settings: str) -> Iterator[Served]:
    """Start ``cds-service serve`` with its files in ``folder``; yields when it is ready."""
    port = free_port()
    environment = {**os.environ, "CDS_PORT": str(port), "CDS_DATABASE_URL": f"sqlite:///{folder}/cds-service.db", **settings}
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "cds_service", "serve"]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        service = Served(port, process)
        try:
            _wait(service, folder / "log")
            yield service
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=PATIENCE)


def _wait(service: Served, log: Path) -> None:
    """The kernel queues connections once a worker listens, so a refused one is tried again while the process lives."""
    while service.process.poll() is None:
        with contextlib.suppress(ConnectionError):
            service.ask("/health/ready")
            return
    raise AssertionError(log.read_text())


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _resident(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
