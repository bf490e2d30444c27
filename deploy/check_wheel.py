"""Build the wheel, install it into a fresh environment outside the checkout, start it, and compare what it serves.

The same discovery as the checkout and cards for the sample request are what is asked of it. Run by `.ci/run`.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60.0


def main() -> None:
    """Check the wheel; any difference ends with a message and exit code 1."""
    with tempfile.TemporaryDirectory() as folder:
        outside = Path(folder)
        python = install(build(outside), outside / "env")
        checkout, wheel = discover(Path(sys.executable), ROOT, outside / "checkout.db"), discover(python, outside, outside / "wheel.db")
        if checkout != wheel:
            sys.exit("the wheel does not serve what the checkout serves")
        print(f"wheel: {len(wheel['services'])} services as in the checkout, and cards for the sample request")


def run(*command: str | Path, cwd: Path = ROOT) -> None:
    """Run a command; its failure is ours."""
    subprocess.run([str(part) for part in command], check=True, cwd=cwd)  # noqa: S603


def build(outside: Path) -> Path:
    """The wheel, made from the checkout."""
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", outside / "dist")
    return next((outside / "dist").glob("*.whl"))


def install(wheel: Path, environment: Path) -> Path:
    """Install the locked dependencies and the wheel; return the environment's Python."""
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    quiet = ("--quiet", "--disable-pip-version-check")
    run(python, "-m", "pip", "install", *quiet, "--require-hashes", "-r", ROOT / "requirements.lock")
    run(python, "-m", "pip", "install", *quiet, "--no-deps", wheel)
    return python


def discover(python: Path, cwd: Path, database: Path) -> dict[str, Any]:
    """Serve with an environment's own command and a new database, ask for discovery and for cards, and stop it again."""
    port = free_port()
    # Nothing of the checkout may be found by way of the environment
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("CDS_", "PYTHON"))}
    own = {"CDS_PORT": str(port), "CDS_DATABASE_URL": f"sqlite:///{database}"}
    command = [str(python.parent / "cds-service"), "serve"]
    with subprocess.Popen(command, cwd=cwd, env={**clean, **own}) as server:  # noqa: S603
        try:
            base = f"http://127.0.0.1:{port}"
            wait_for(f"{base}/health/ready", server)
            found = fetch(f"{base}/cds-services")
            sample = (ROOT / "docs" / "samples" / "patient-view.json").read_bytes()
            service = next(one["id"] for one in found["services"] if one["hook"] == "patient-view")
            if not fetch(f"{base}/cds-services/{service}", sample)["cards"]:
                sys.exit("the sample request gets no card")
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=PATIENCE)
    if server.returncode != 0:
        sys.exit(f"the server ended with {server.returncode} after SIGTERM")
    return found


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            fetch(url)
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
        else:
            return
    sys.exit("the server did not start")


def fetch(url: str, body: bytes | None = None) -> dict[str, Any]:
    """GET, or POST a JSON body; the parsed answer."""
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        parsed: dict[str, Any] = json.loads(answer.read())
    return parsed


if __name__ == "__main__":
    main()
