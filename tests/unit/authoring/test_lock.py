"""The lock: what changed since the last release and kept its version is found, however small; what is no content does not count."""

from __future__ import annotations

import json
import shutil

import pytest
from click.testing import CliRunner

from cds_service.authoring.lock import check_lock, compare, units, write_lock
from cds_service.cli import main
from cds_service.knowledge import content_version, shipped_content
from cds_service.plans.problems import Problems
from tests.unit.authoring.sound import edit, problems, write_sound
from tests.unit.plans import world

TOPIC, DROUGHT, FACTS = "watering/PlanDefinition-topic.json", "terminology/ValueSet-drought.json", "facts/plants.yaml"
LOOK, SYSTEM = "ActivityDefinition-look.json", "terminology/NamingSystem-plants.json"
PLAN = (TOPIC, "version")


@pytest.fixture
def content(tmp_path):
    folder = write_sound(tmp_path / "content")
    (folder / "versions.json").write_text('{"facts": "0.1.0", "terminology": "0.1.0"}\n', encoding="utf-8")
    edit(folder / DROUGHT, lambda item: item.update(version="0.1.0"))
    (folder / "watering" / "parameters.json").write_text('{"parameters": []}', encoding="utf-8")
    write_lock(folder)
    return folder


@pytest.fixture
def run(content):
    return lambda *arguments: CliRunner().invoke(main, ["lock", str(content), *arguments])


def version(folder, stated):
    file, element = stated
    return json.loads((folder / file).read_text(encoding="utf-8"))[element]


def append(path, text):
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_the_shipped_content_can_be_locked_and_that_changes_nothing_served(tmp_path):
    folder = tmp_path / "content"
    shutil.copytree(shipped_content(), folder)
    before = content_version(folder)
    assert CliRunner().invoke(main, ["lock", str(folder)]).exit_code == 0
    problems = Problems()
    compare(folder, problems)
    assert (problems.found, content_version(folder)) == ((), before)


def test_what_proves_the_content_is_no_part_of_it(content):
    before, units_before = content_version(content), units(content)
    (content / "phrases").mkdir()
    for file in ("phrases/more.yaml", "mutation.yaml", "watering/cases/more.yaml"):
        (content / file).write_text("{}", encoding="utf-8")
    assert (content_version(content), units(content)) == (before, units_before)
    append(content / FACTS, "# more\n")
    assert content_version(content) != before


def test_what_is_locked_has_no_problem(content):
    assert problems(content) == []


def test_a_topic_goes_with_the_other_files_of_its_folder_and_the_rest_by_resource_or_folder(content):
    assert {unit.name: unit.file for unit in units(content)} == {
        "ActivityDefinition/feed": "ActivityDefinition-feed.json",
        "ActivityDefinition/look": "ActivityDefinition-look.json",
        "ActivityDefinition/water": "ActivityDefinition-water.json",
        "CodeSystem/recommendation": "terminology/CodeSystem-recommendation.json",
        "Library/book": "Library-book.json",
        "PlanDefinition/plants": "PlanDefinition-plants.json",
        "PlanDefinition/topic": TOPIC,
        "ValueSet/drought": DROUGHT,
        "facts folder": "versions.json",
        "terminology folder": "versions.json",
    }


def water(item):
    item["action"][0].update(title="Water")


def limit(item):
    item["parameters"].append(world.PARAMETERS["parameters"][0])


def arid(item):
    item["compose"]["include"][0]["concept"].append({"code": "arid"})


def alias(item):
    item["uniqueId"].append({"type": "uri", "value": "urn:plants2"})


def inspect(item):
    item.update(title="Inspect")


#: comment | file | change | unit that must be raised, where its version stands
CHANGES = [
    ("a word on a card", TOPIC, water, "PlanDefinition/topic", PLAN),
    ("a parameter of a topic", "watering/parameters.json", limit, "PlanDefinition/topic", PLAN),
    ("a code", DROUGHT, arid, "ValueSet/drought", (DROUGHT, "version")),
    ("an alias of a system", SYSTEM, alias, "terminology folder", ("versions.json", "terminology")),
    ("a draft", LOOK, inspect, "ActivityDefinition/look", (LOOK, "version")),
]


@pytest.mark.parametrize(("comment", "file", "change", "unit", "stated"), CHANGES, ids=[item[0] for item in CHANGES])
def test_a_change_needs_a_higher_version(content, run, comment, file, change, unit, stated):
    edit(content / file, change)
    expected = f"{': '.join(stated)}: is still 0.1.0, but {unit} has changed since that was locked"

    assert expected in problems(content), comment
    assert run().exit_code == 1

    assert run("--raise").output == f"{unit} 0.1.0 -> 0.1.1\n"
    assert version(content, stated) == "0.1.1"
    assert expected not in problems(content)


def test_a_change_of_a_fact_needs_a_higher_version_of_the_folder(content, run):
    append(content / FACTS, "  - {path: moist, type: boolean, title: moist, expression: '%facts.dry.not()'}\n")

    assert problems(content) == ["versions.json: facts: is still 0.1.0, but facts folder has changed since that was locked"]
    assert run("--raise").output == "facts folder 0.1.0 -> 0.1.1\n"
    assert problems(content) == []


def test_one_raise_lasts_until_the_next_lock(content, run):
    for title in ("Water", "Watering"):
        edit(content / TOPIC, lambda item, title=title: item["action"][0].update(title=title))
        run("--raise")
    assert version(content, PLAN) == "0.1.1"
    assert run("--raise").output == "nothing changed without a higher version\n"

    assert run().output.splitlines()[0] == "PlanDefinition/topic 0.1.0 -> 0.1.1"
    edit(content / TOPIC, lambda item: item["action"][0].update(title="Water it"))
    assert len(problems(content)) == 1


def test_a_version_may_rise_by_more_and_never_fall(content, run):
    edit(content / TOPIC, lambda item: item.update(version="1.0.0"))
    assert problems(content) == []
    assert run().exit_code == 0
    edit(content / TOPIC, lambda item: item.update(version="0.9.0"))
    assert problems(content) == [f"{TOPIC}: version: is 0.9.0, but 1.0.0 was locked"]
    edit(content / TOPIC, lambda item: item.update(version="draft"))
    assert problems(content) == [f"{TOPIC}: version: 'draft' is no version of PlanDefinition/topic"]


def test_layout_comments_documents_and_cases_do_not_count(content):
    append(content / FACTS, "# a comment\n")
    (content / TOPIC).write_text(json.dumps(json.loads((content / TOPIC).read_text(encoding="utf-8")), indent=7), encoding="utf-8")
    append(content / "watering" / "README.md", "More.\n")
    append(content / "watering" / "cases" / "water-it.yaml", "# more\n")
    (content / "phrases").mkdir()
    (content / "phrases" / "p.yaml").write_text("a: 1\n", encoding="utf-8")

    assert problems(content, check_lock) == []


def test_raising_keeps_the_layout_of_a_file(content, run):
    text = (content / DROUGHT).read_text(encoding="utf-8").replace('"dry"', '  "dry"  ')
    (content / DROUGHT).write_text(text.replace('{"code"', '{"display": "Dry", "code"'), encoding="utf-8")
    before = (content / DROUGHT).read_text(encoding="utf-8")

    assert run("--raise").exit_code == 0
    assert (content / DROUGHT).read_text(encoding="utf-8") == before.replace('"version": "0.1.0"', '"version": "0.1.1"')


def test_raising_finds_the_version_of_the_resource_and_not_one_inside_it(content, run):
    coding = {"system": "urn:plants", "version": "0.1.0", "code": "dry"}
    edit(
        content / "ActivityDefinition-look.json",
        lambda item: (item.pop("version"), item["code"].update(coding=[coding]), item.update(version="0.1.0")),
    )

    assert run("--raise").exit_code == 0
    look = json.loads((content / "ActivityDefinition-look.json").read_text(encoding="utf-8"))
    assert (look["version"], look["code"]["coding"][0]["version"]) == ("0.1.1", "0.1.0")


def test_without_a_lock_nothing_tells_what_to_raise(content, run):
    (content / "lock.json").unlink()
    append(content / FACTS, "# changed\n")
    before = content_version(content)

    result = run("--raise")

    assert (result.exit_code, result.stdout) == (1, "")
    assert f"there is no {content / 'lock.json'}" in result.stderr
    assert "`cds-service lock` writes it" in result.stderr
    assert content_version(content) == before


def test_what_is_new_needs_no_raise_and_what_is_gone_is_told(content, run):
    prune = world.activity("prune")
    (content / "ActivityDefinition-prune.json").write_text(json.dumps(prune), encoding="utf-8")
    assert run().output.splitlines()[0] == "ActivityDefinition/prune new -> 0.1.0"
    (content / "ActivityDefinition-prune.json").unlink()
    assert run().output.splitlines()[0] == "ActivityDefinition/prune is gone"


def test_a_folder_without_a_version_is_refused_before_it_is_locked(content, run):
    (content / "lock.json").unlink()
    (content / "versions.json").write_text('{"terminology": "0.1.0"}', encoding="utf-8")
    assert problems(content) == []

    result = run()

    assert result.exit_code == 1
    assert "versions.json: facts: '(missing)' is no version of facts folder" in result.stderr
    assert not (content / "lock.json").exists()


@pytest.mark.parametrize("text", ["{", "[]", '{"units": [1]}'])
def test_a_lock_that_cannot_be_read_is_told(content, text):
    (content / "lock.json").write_text(text, encoding="utf-8")
    found = Problems()

    compare(content, found)

    assert [f"{item.file}: {item.problem}" for item in found.found] == ["lock.json: cannot be read as a lock"]


def test_content_that_does_not_load_is_not_locked(content, run):
    edit(content / TOPIC, lambda item: item["action"][0].update(priority="soon"))

    assert run().exit_code == 1
