"""Servers as processes of their own on free ports of this machine; whatever happens, they are ended by their own process id."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60.0
WORKERS = 2


@dataclass(frozen=True)
class Server:
    """A running server and the process that leads it."""

    name: str
    port: int
    process: subprocess.Popen[bytes]

    @property
    def workers(self) -> list[int]:
        """The processes below the one that was started; they do the work."""
        return _below(self.process.pid)

    def cpu(self) -> float:
        """Seconds of processor time that it has used, in user and kernel, all its processes together."""
        return sum(_cpu(pid) for pid in [self.process.pid, *self.workers])

    def settle(self) -> None:
        """Wait until it does nothing more: what a client that has gone had asked for may still be at work."""
        end = time.monotonic() + PATIENCE
        before = self.cpu()
        while time.monotonic() < end:
            time.sleep(0.05)
            now = self.cpu()
            if now - before < 0.005:
                return
            before = now

    def post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        """Status and answer of one call."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("POST", path, body, {"Content-Type": "application/json", **(headers or {})})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path, port: int) -> Iterator[Server]:
    """Start a server; yields when it accepts connections. Its output goes to ``folder/<name>.log``."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("CDS_", "PYTHON", "BENCH_"))}
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603
            list(command), env={**clean, **environment}, cwd=folder, stdout=log, stderr=log, start_new_session=True
        )
        try:
            _wait(process, port, folder / f"{name}.log")
            yield Server(name, port, process)
        finally:
            process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=15)
            if process.poll() is None:  # it leads a session of its own: nothing else is in its group
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def settings(port: int, checkout: Path, folder: Path, **more: str) -> dict[str, str]:
    """The environment of a server that runs our gunicorn settings, with the code of a checkout. Audit and log line as asked for."""
    return {
        "PYTHONPATH": str(checkout),
        "CDS_PORT": str(port),
        "CDS_WORKERS": str(WORKERS),
        "CDS_DATABASE_URL": f"sqlite:///{folder}/bench.db",
        "CDS_AUDIT": "0",
        **more,
    }


@contextmanager
def ours(checkout: Path, folder: Path, name: str = "ours", **more: str) -> Iterator[Server]:
    """Our service as a site starts it, from a checkout."""
    port = free_port()
    command = [sys.executable, "-m", "cds_service", "serve"]
    with running(name, command, settings(port, checkout, folder, **more), folder, port) as server:
        yield server


@contextmanager
def flask(module: str, folder: Path, **more: str) -> Iterator[Server]:
    """A Flask application of ``bench.apps`` under the same gunicorn settings."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "deploy" / "gunicorn.conf.py"), f"bench.apps.{module}:app"]
    with running(module, command, settings(port, ROOT, folder, **more), folder, port) as server:
        yield server


@contextmanager
def healthchain(python: Path, folder: Path) -> Iterator[Server]:
    """HealthChain in the server that it comes with, with as many workers as ours, and no access log."""
    port = free_port()
    command = [str(python), "-m", "uvicorn", "bench.apps.healthchain:app", "--workers", str(WORKERS), "--port", str(port)]
    command += ["--log-level", "warning", "--no-access-log"]
    with running("healthchain", command, {"PYTHONPATH": str(ROOT)}, folder, port) as server:
        yield server


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.01)
    raise SystemExit(f"a server did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _below(pid: int) -> list[int]:
    try:
        children = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return [*children, *(deeper for child in children for deeper in _below(child))]


def _cpu(pid: int) -> float:
    """Of all threads, to the nanosecond; of one that ends between two looks nothing is known, and ours live as long as their process."""
    seconds = 0.0
    for thread in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with suppress(OSError):
            seconds += int(thread.read_text().split()[0]) / 1e9
    return seconds
