"""``cds-service cases`` as somebody at a terminal uses it."""

import pytest
import yaml
from click.testing import CliRunner

from cds_service.cli import main
from tests.unit.cases import garden

FIRES = {"id": "fires", "why": "because", "patient": ["dry soil"], "expect": {"water-it": "info"}}
FAILS = {"id": "fails", "why": "because", "patient": ["wet soil"], "expect": {"water-it": "info"}}


@pytest.fixture
def run(tmp_path):
    def invoke(*options, cases=(FIRES,)):
        text = yaml.safe_dump({"recommendation": "water-it", "cases": list(cases)}, sort_keys=False)
        folder = garden.write(tmp_path / "content", water_it=text)
        return CliRunner().invoke(main, ["cases", str(folder), *options])

    return invoke


@pytest.mark.parametrize(
    ("options", "cases", "code", "lines", "comment"),
    [
        ([], [FIRES], 0, ["1 cases, all passed"], "counts"),
        (["-v"], [FIRES], 0, ["passed water-it/fires (firing)"], "every case by name"),
        ([], [FIRES, FAILS], 1, ["FAILED water-it/fails (topic/cases/water-it.yaml, patient-view)", "2 cases, 1 failed"], "a failure"),
        (["--show"], [FIRES], 0, ["water-it/fires (patient-view): because", "[INFO] About water-it"], "the cards themselves"),
        (["--topic", "topic"], [FIRES], 0, ["1 cases, all passed"], "a topic"),
        (["--recommendation", "water-it"], [FIRES], 0, ["1 cases, all passed"], "a recommendation"),
        (["--topic", "other"], [FIRES], 2, [], "no such topic"),
        (["--recommendation", "other"], [FIRES], 2, [], "no such recommendation"),
        (
            ["--phrases"],
            [FIRES],
            0,
            ["- `{soil} soil[ in the {bed}]`, as *dry soil in the rose bed*", "- `the old garden`"],
            "what can be said",
        ),
        (["--phrases"], [FIRES], 0, ["- **soil**: dry, wet, mixed"], "the words of a table"),
    ],
)
def test_cases_are_run_and_told(run, options, cases, code, lines, comment):
    result = run(*options, cases=cases)
    assert result.exit_code == code, comment
    assert set(lines) <= set(result.output.splitlines()), comment
    assert ("there is no such case" in result.stderr) is (code == 2)


def test_the_burden_of_whole_patients_is_counted(run):
    lines = run("--burden").output.splitlines()
    assert [(line.split("  ")[0], line.endswith("1 card (1 info)")) for line in lines] == [
        ("the old garden", True),
        ("the Young garden", True),
    ]


def test_a_burden_that_cannot_be_asked_about_fails(tmp_path):
    device = {"the old garden": [{"resource": {"resourceType": "Device"}}]}
    folder = garden.write(tmp_path / "content", garden.changed(patients=device))
    result = CliRunner().invoke(main, ["cases", str(folder), "--burden"])
    assert (result.exit_code, "no prefetch key asks for Device" in result.output) == (1, True)


def test_a_mistake_in_a_case_is_told_with_its_remedy(run):
    result = run(cases=[FIRES | {"patient": ["dri soil"]}])
    assert result.exit_code == 1
    assert "topic/cases/water-it.yaml: cases[0].patient[0]: 'dri soil' is not understood: 'dri' is not in the table 'soil'" in result.stderr
