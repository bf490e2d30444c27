"""The worked example of the authoring guide, followed as it is written there: it must work for whoever reads it."""

from __future__ import annotations

import json
import re
import shutil

import pytest
import yaml
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.knowledge import shipped_content

pytestmark = pytest.mark.no_cover  # many calls along the same lines: tracing them would take most of the time
GUIDE = (shipped_content() / "README.md").read_text(encoding="utf-8")
CODE = "bevacizumab-while-bleeding"


def block(language: str, heading: str) -> str:
    return re.search(rf"^### {heading}\n\n```{language}\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)[1]


def commands() -> list[str]:
    """What the table tells to type."""
    return [text for row in GUIDE.splitlines() if re.match(r"\| \d+ \|", row) for text in re.findall(r"`cds-service ([^`]*)`", row)]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("guide") / "content"
    shutil.copytree(shipped_content(), folder)

    def _run(command):
        return CliRunner().invoke(main, command.split(), env={"CDS_CONTENT_DIR": str(folder)})

    _run.folder = folder
    return _run


def test_the_example_works_as_written(run):
    (new,) = (command for command in commands() if command.startswith("new "))
    result = run(new)
    assert (result.exit_code, result.output.count("wrote ")) == (0, 4), result.output
    assert run("check").exit_code == 1

    path = run.folder / "rectal-para-aortic" / "PlanDefinition-rectal-para-aortic.json"
    plan = json.loads(path.read_text(encoding="utf-8"))
    plan["action"][-1].update(json.loads(f"{{{block('json', 'The action')}}}"))
    path.write_text(json.dumps(plan), encoding="utf-8")
    for name in ("rectal-para-aortic/README.md", "terminology/CodeSystem-recommendation.json"):
        text = (run.folder / name).read_text(encoding="utf-8")
        (run.folder / name).write_text(re.sub(r"TO WRITE: [^|\"]*", "Said ", text), encoding="utf-8")
    (run.folder / "rectal-para-aortic" / "cases" / f"{CODE}.yaml").write_text(block("yaml", "The cases"), encoding="utf-8")

    (show,) = (command for command in commands() if "--show" in command)
    shown = run(show)
    assert shown.exit_code == 0, shown.output
    assert "[WARNING] Bevacizumab while the primary bleeds" in shown.output
    assert f"{CODE}/nothing-recorded" in shown.output
    names = run("facts --names").output
    assert re.findall(r"^(orders\.agents|primary\.symptoms\.emergency): ", names, re.MULTILINE) == [
        "orders.agents",
        "primary.symptoms.emergency",
    ]


def test_every_command_of_the_guide_exists():
    runner = CliRunner()
    for command in commands():
        words = command.partition("|")[0].split()
        help_text = runner.invoke(main, [*words[:2], "--help"] if words[0] == "new" else [words[0], "--help"])
        assert help_text.exit_code == 0, command
        assert [word for word in words if word.startswith("--") and word not in help_text.output] == [], command


def test_the_cases_of_the_example_are_of_two_kinds():
    kinds = [
        next(kind for kind in ("expect", "absent", "unknown") if kind in case)
        for case in yaml.safe_load(block("yaml", "The cases"))["cases"]
    ]
    assert kinds == ["expect", "unknown"]
