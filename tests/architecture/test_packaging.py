"""What is shipped beside the code: locks without addresses, every setting explained."""

import re
import tomllib
from pathlib import Path

import pytest

from cds_service.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ["requirements.lock", "requirements-postgres.lock", "requirements-dev.lock"]


def pinned(lock):
    return {name.lower().replace("_", "-"): version for name, version in re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", lock, re.MULTILINE)}


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_everything_by_hash_and_names_no_address(name):
    lock = text(name)
    assert "://" not in lock
    requirements = [entry for entry in lock.replace("\\\n", " ").splitlines() if entry and not entry.startswith("#")]
    assert all("==" in entry and "--hash=sha256:" in entry for entry in requirements)


def test_the_locks_agree():
    run, postgres, dev = (pinned(text(name)) for name in LOCKS)
    for one, other in [(run, dev), (run, postgres), (postgres, dev)]:
        assert {name: (one[name], other[name]) for name in one.keys() & other.keys() if one[name] != other[name]} == {}


def test_every_dependency_is_locked():
    project = tomllib.loads(text("pyproject.toml"))
    run, postgres, dev = (pinned(text(name)) for name in LOCKS)

    def names(requirements):
        return {re.match(r"[A-Za-z0-9.-]+", one)[0].lower().replace(".", "-") for one in requirements}

    assert names([*project["project"]["dependencies"], *project["build-system"]["requires"]]) <= {name.replace(".", "-") for name in run}
    assert names(project["project"]["optional-dependencies"]["postgres"]) <= set(postgres)
    assert names(project["dependency-groups"]["dev"]) <= {name.replace(".", "-") for name in dev}


def test_the_sample_environment_names_every_setting_with_its_default():
    sample = dict(re.findall(r"^(CDS_[A-Z_]+)=(.*)$", text("deploy/sample.env"), re.MULTILINE))
    assert set(sample) == {f"CDS_{name.upper()}" for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, int | str) and not isinstance(field.default, bool):
            assert sample[f"CDS_{name.upper()}"] == str(field.default), name


def test_every_setting_is_explained():
    blocks = text("deploy/sample.env").split("\n\n")
    assert all(block.startswith("#") for block in blocks)


def test_the_sample_environment_can_be_used(monkeypatch):
    for name, value in re.findall(r"^(CDS_[A-Z_]+)=(.*)$", text("deploy/sample.env"), re.MULTILINE):
        monkeypatch.setenv(name, value)
    assert Settings() == Settings()


def test_the_container_asks_for_nothing_that_is_not_shipped():
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text("deploy/Dockerfile"), re.MULTILINE)
    for name in (name for line in copied for name in line.split()):
        assert (ROOT / name).exists(), name
        assert f"!{name}" in text(".dockerignore"), name
