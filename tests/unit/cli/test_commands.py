"""The command line: what it prints, what it refuses and how it ends."""

import json
import re

import click
import pytest
from click.testing import CliRunner

from cds_service.cli import main
from tests.builders import plants
from tests.unit.authoring.sound import write_sound
from tests.unit.plans import world


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    return write_sound(tmp_path_factory.mktemp("content") / "plants")


@pytest.fixture
def run(content, monkeypatch):
    monkeypatch.setenv("CDS_CONTENT_DIR", str(content))

    def _run(*arguments):
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return _run


@pytest.fixture
def write(tmp_path):
    def _write(value, name="record.json"):
        path = tmp_path / name
        path.write_text(json.dumps(value), encoding="utf-8")
        return path

    return _write


@pytest.fixture
def dry(write):
    return write(plants.plant(dry=True))


@pytest.mark.parametrize("command", [(), ("serve",), ("facts",), ("assess",), ("check",)])
def test_help_teaches_by_example(run, command):
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert re.search(r"^ +cds-service \S+", result.output, re.MULTILINE)  # an example on a line of its own
    assert "\\b" not in result.output


def test_every_command_is_there_under_its_name():
    context = click.Context(main)
    assert [main.get_command(context, name).name for name in main.list_commands(context)] == main.list_commands(context)
    assert {"serve", "facts", "assess", "check", "cases"} <= set(main.list_commands(context))


def test_another_word_is_no_command(run):
    result = run("server")
    assert (result.exit_code, "No such command 'server'" in result.stderr) == (2, True)


def test_the_facts_that_there_are_are_listed(run):
    result = run("facts", "--names")

    assert result.exit_code == 0
    assert {"dry: boolean  (dry soil)", "patient.age: integer years"} <= set(result.output.splitlines())


def test_facts_want_a_record_or_the_list(run):
    assert run("facts").exit_code == 2
    assert "or --names" in run("facts").output


def test_facts_are_json(run, dry):
    result = run("facts", dry)
    assert result.exit_code == 0
    found = json.loads(result.output)
    assert list(found) == ["facts", "evidence", "unknown", "conflicts", "issues"]
    assert found["facts"] == {"dry": True}
    assert found["evidence"]["dry"][0]["reference"] == "Condition/c1"


def test_assess_prints_cards(run, dry):
    result = run("assess", dry, "--hook", "patient-view")
    assert result.exit_code == 0
    assert "[INFO] About water-it" in result.output


def test_assess_says_when_there_is_nothing(run, write):
    assert run("assess", write(plants.plant(dry=False)), "--hook", "patient-view").output == "No cards.\n"


def test_assess_prints_the_response(run, dry):
    response = json.loads(run("assess", dry, "--hook", "patient-view", "--json").output)
    assert [card["source"]["topic"]["code"] for card in response["cards"]] == ["water-it"]


def test_assess_traces_every_criterion(run, dry, write):
    text = run("assess", dry, "--hook", "patient-view", "--trace").output
    assert "water-it: fired" in text
    found = json.loads(run("assess", write(plants.plant(dry=False)), "--hook", "patient-view", "--trace", "--json").output)
    assert found["response"] == {"cards": []}
    [trace] = found["trace"]
    assert (trace["code"], trace["fired"], trace["criteria"][-1]["value"]) == ("water-it", False, None)


def test_a_request_file_brings_its_hook(run, write):
    result = run("assess", write(plants.call(dry=True)), "--json")
    assert [card["summary"] for card in json.loads(result.output)["cards"]] == ["About water-it"]


def test_the_day_can_be_set(run, dry):
    assert run("assess", dry, "--hook", "patient-view", "--as-of", "2020-02-29").exit_code == 0


def test_one_of_several_patients_can_be_chosen(run, write):
    path = write([*plants.plant(dry=True), {"resourceType": "Patient", "id": "p2"}])
    assert "Choose with --patient ID; in the file: p1, p2." in run("facts", path).output
    assert json.loads(run("facts", path, "--patient", "p2").output)["facts"] == {}


def test_check_finds_nothing_wrong(run, content):
    result = run("check")
    assert result.exit_code == 0
    assert f"{content}: no problems" in result.output
    assert "1 services, 1 recommendations" in result.output


def test_several_services_at_one_hook_ask_for_a_choice(dry, monkeypatch, tmp_path):
    folder = plants.write_content(tmp_path / "two")
    world.write(folder, world.service("topic", name="gardens"), parameters={"parameters": []})
    monkeypatch.setenv("CDS_CONTENT_DIR", str(folder))
    arguments = ["assess", str(dry), "--hook", "patient-view"]
    assert "choose with --service: gardens, plants" in CliRunner().invoke(main, arguments).stderr
    assert "water-it" in CliRunner().invoke(main, [*arguments, "--service", "gardens"]).output


def test_check_lists_what_is_only_assumed(run, tmp_path):
    folder = write_sound(tmp_path / "assumed", condition=[world.condition("%facts.dry and %facts.patient.age < %parameters.maxSize")])
    parameters = {"parameters": [world.PARAMETERS["parameters"][0] | {"unit": "years"}]}
    (folder / "parameters.json").write_text(json.dumps(parameters), encoding="utf-8")
    assert "note: parameter maxSize" in run("check", folder).output


def test_check_names_what_is_wrong(run, tmp_path):
    folder = plants.write_content(tmp_path / "bad", priority="soon")
    result = run("check", folder)
    assert result.exit_code == 1
    assert "priority" in result.stderr
    assert " -> " in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("assess", "{dry}"), 2, "say which hook: --hook patient-view"),
        (("assess", "{dry}", "--hook", "order-sign"), 2, "the content has no such service; it has: plants at patient-view"),
        (("assess", "{dry}", "--hook", "patient-view", "--service", "x"), 2, "the content has no such service"),
        (("assess", "{dry}", "--hook", "patient-view", "--orders", "{dry}"), 2, "patient-view has no orders"),
        (("assess", "{dry}", "--hook", "patient-view", "--as-of", "yesterday"), 2, "is not a day"),
        (("facts", "/does/not/exist"), 2, "does not exist"),
        (("facts", "{dry}", "--patient", "nobody"), 1, "holds nothing about the chosen patient"),
        (("facts", "{odd}"), 1, "holds no FHIR resource"),
        (("check", "{empty}"), 1, "holds no PlanDefinition"),
    ],
)
def test_a_mistake_gets_one_clear_line(run, dry, write, tmp_path, arguments, code, words):
    (tmp_path / "empty").mkdir()
    places = {"dry": dry, "odd": write({"a": 1}, "odd.json"), "empty": tmp_path / "empty"}
    result = run(*(argument.format(**places) for argument in arguments))
    assert result.exit_code == code
    assert words in result.stderr
    assert "Traceback" not in result.output


def test_bad_settings_end_with_two_and_a_line_for_each(run, monkeypatch):
    monkeypatch.setenv("CDS_PORT", "x")
    monkeypatch.setenv("CDS_HOST", "")
    monkeypatch.setenv("CDS_THREADS", "y")
    for command in (("serve",), ("check",)):
        result = run(*command)
        assert result.exit_code == 2
        assert result.stderr.count("error: CDS_") == 2


def test_bad_content_stops_the_start(run, monkeypatch, tmp_path):
    monkeypatch.setenv("CDS_CONTENT_DIR", str(plants.write_content(tmp_path / "bad", priority="soon")))
    result = run("serve")
    assert result.exit_code == 1
    assert "priority" in result.stderr


def test_check_names_what_an_author_must_still_put_right(run, tmp_path):
    folder = write_sound(tmp_path / "sound")
    assert run("check", folder).exit_code == 0
    (folder / "watering" / "README.md").write_text("[x](gone.md)", encoding="utf-8")
    result = run("check", folder)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "error: watering/README.md: link gone.md: leads nowhere -> correct the path; it is relative to the file that it stands in",
        "1 problem. Correct the content; `cds-service check` lists the same problems.",
    ]


def test_check_of_the_served_content_minds_what_the_site_changed(monkeypatch, tmp_path):
    monkeypatch.setenv("CDS_CONTENT_DIR", str(write_sound(tmp_path / "sound")))
    plain = CliRunner().invoke(main, ["check"])
    monkeypatch.setenv("CDS_DISABLED_CODES", "water-it")
    without = CliRunner().invoke(main, ["check"])
    assert (plain.exit_code, without.exit_code) == (0, 0)
    assert "1 recommendations" in plain.output
    assert "0 recommendations" in without.output
    assert "+site." in without.output


def test_many_problems_are_counted_and_not_all_printed(run, tmp_path):
    folder = write_sound(tmp_path / "sound")
    (folder / "watering" / "README.md").write_text("".join(f"[x](gone-{n}.md)\n" for n in range(103)), encoding="utf-8")
    lines = run("check", folder).stderr.splitlines()
    assert len(lines) == 102
    assert lines[-2] == "… and 3 more"
    assert lines[-1].startswith("103 problems. ")


def test_a_folder_of_something_else_is_one_problem(run, tmp_path):
    for number in range(3):
        (tmp_path / f"broken-{number}.json").write_text("[" * 100_000, encoding="utf-8")
    assert run("check", tmp_path).stderr.count("error: ") == 1
    (tmp_path / "facts").mkdir()
    assert "is not JSON" in run("check", tmp_path).stderr
