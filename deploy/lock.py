"""Write the locks of the service, of PostgreSQL and of the tests: every dependency pinned with hashes, and no address of any index.

Run by `make lock` on Python 3.11, the oldest that is supported: what 3.11 needs beyond newer versions is then included.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEAD = "# Made by `make lock`; every file is verified by its hash. {purpose}\n"


def compile_lock(requirements: list[str], lock: Path, purpose: str, constraint: Path | None = None) -> None:
    """Resolve ``requirements`` into ``lock``; versions of ``constraint`` are kept."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "requirements.in"
        source.write_text("\n".join([*requirements, *([f"-c {constraint}"] if constraint else [])]) + "\n", encoding="utf-8")
        command = [
            *(sys.executable, "-m", "piptools", "compile", "--quiet", "--generate-hashes", "--allow-unsafe", "--strip-extras", "--upgrade"),
            *("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-trusted-host", "--no-emit-find-links"),
            *("--output-file", str(Path(folder) / "lock"), str(source)),
        ]
        # Only what the index serves may be locked, not what happens to lie on this machine
        subprocess.run(command, check=True, env={**os.environ, "PIP_FIND_LINKS": ""})  # noqa: S603
        text = (Path(folder) / "lock").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith(("--", "#")) and line.strip()]
    lock.write_text(HEAD.format(purpose=purpose) + "\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Write the locks."""
    if sys.version_info[:2] != (3, 11):
        sys.exit("make lock needs Python 3.11: make lock PYTHON=python3.11 VENV=.venv-lock")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    run, dev = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
    compile_lock([*project["project"]["dependencies"], *project["build-system"]["requires"]], run, "What the service needs, and its build.")
    postgres = project["project"]["optional-dependencies"]["postgres"]
    compile_lock(postgres, ROOT / "requirements-postgres.lock", "What PostgreSQL needs besides.", constraint=run)
    compile_lock(project["dependency-groups"]["dev"], dev, "What its tests need.", constraint=run)


if __name__ == "__main__":
    main()
