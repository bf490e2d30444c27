"""Beginning a topic and a recommendation: what is written, that it loads, and that check lists what is left to write."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.errors import ContentError
from cds_service.served import load_content
from tests.unit.authoring.sound import README, edit, problems, write_sound
from tests.unit.plans import world

TABLE = "\n## Recommendations\n\n| Code | Hook | When |\n|---|---|---|\n| `water-it` | patient-view | dry soil |\n\n## More\n"


@pytest.fixture
def content(tmp_path):
    folder = write_sound(tmp_path / "content")
    (folder / "watering" / "README.md").write_text(README + TABLE, encoding="utf-8")
    return folder


@pytest.fixture
def run(content):
    def _run(*arguments):
        return CliRunner().invoke(main, ["new", *arguments, "--content", str(content)])

    return _run


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def everything(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_topic_has_a_plan_a_readme_and_its_place_in_every_service(run, content):
    result = run("topic", "soil-care")

    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[:-1] == [
        "wrote soil-care/PlanDefinition-soil-care.json",
        "wrote soil-care/README.md",
        "wrote PlanDefinition-plants.json",
    ]
    plan = load(content / "soil-care" / "PlanDefinition-soil-care.json")
    assert (plan["id"], plan["name"], plan["url"]) == ("soil-care", "SoilCare", f"{world.BASE}/PlanDefinition/soil-care")
    composed = load(content / "PlanDefinition-plants.json")["action"][0]["action"]
    assert composed[-1] == {"id": "plants-soil-care", "definitionCanonical": f"{world.BASE}/PlanDefinition/soil-care"}
    headings = [line for line in (content / "soil-care" / "README.md").read_text(encoding="utf-8").splitlines() if line.startswith("## ")]
    assert headings == [
        "## Rationale", "## Scope", "## Recommendations", "## Exclusions", "## Tensions", "## Parameters", "## Evidence", "## Review",
    ]  # fmt: skip


def test_a_topic_is_added_to_the_services_that_are_named(run, content):
    (content / "PlanDefinition-gardens.json").write_text(json.dumps(world.service("topic", name="gardens")), encoding="utf-8")
    before = load(content / "PlanDefinition-plants.json")

    assert run("topic", "soil-care", "--service", "gardens").exit_code == 0

    assert load(content / "PlanDefinition-plants.json") == before
    assert load(content / "PlanDefinition-gardens.json")["action"][0]["action"][-1]["id"] == "gardens-soil-care"


def test_check_lists_what_is_left_to_write_and_nothing_else(run, content):
    assert run("topic", "soil-care").exit_code == 0
    assert run("recommendation", "dig-it", "--topic", "soil-care").exit_code == 0

    found = problems(content)

    left = [item for item in found if item.endswith("is still to be written")]
    plan = "soil-care/PlanDefinition-soil-care.json"
    assert set(left) >= {f"{plan}: title: is still to be written", f"{plan}: action[dig-it].title: is still to be written"}
    assert [item for item in found if item not in left] == [
        f"{plan}: action[dig-it].condition[0]: can never be true: false",
        "soil-care/cases/dig-it.yaml: cases: has only 0 in which it fires, 0 in which it does not",
    ]


def test_once_everything_is_written_nothing_is_left(run, content):
    run("topic", "soil-care")
    run("recommendation", "dig-it", "--topic", "soil-care")

    def write(plan):
        action = plan["action"][0]
        plan.update(title="Soil", description="About soil.")
        action.update(title="Dig", description="Dig.", textEquivalent="Dig.", documentation=[world.statement("S1-02")])
        action["condition"] = [world.condition("%facts.dry")]

    edit(content / "soil-care" / "PlanDefinition-soil-care.json", write)
    for path in (content / "soil-care" / "README.md", content / "terminology" / "CodeSystem-recommendation.json"):
        path.write_text(path.read_text(encoding="utf-8").replace("TO WRITE", "Done"), encoding="utf-8")
    cases = content / "watering" / "cases" / "water-it.yaml"
    (content / "soil-care" / "cases" / "dig-it.yaml").write_text(
        cases.read_text(encoding="utf-8").replace("water-it", "dig-it"), encoding="utf-8"
    )

    assert problems(content) == []
    assert load_content(content).service("plants", "patient-view").action("dig-it") is not None


def test_the_service_does_not_start_before_it_is_written(run, content):
    run("recommendation", "dig-it", "--topic", "topic")

    with pytest.raises(ContentError, match="is still to be written"):
        load_content(content)


def test_a_recommendation_has_an_action_a_code_a_row_and_a_file_for_cases(run, content):
    system = content / "terminology" / "CodeSystem-recommendation.json"
    lines = ['{\n  "resourceType": "CodeSystem",', f'  "id": "recommendation",\n  "url": "{world.BASE}/CodeSystem/recommendation",']
    lines += ['  "status": "draft",\n  "content": "complete",\n  "count": 1,\n  "concept": [']
    lines += ['    {"code": "water-it", "display": "Water it"}\n  ]\n}\n']
    system.write_text("\n".join(lines), encoding="utf-8")

    result = run("recommendation", "dig-it", "--topic", "topic", "--hook", "order-select", "--hook", "order-sign")

    assert result.exit_code == 0, result.output
    action = load(content / "watering" / "PlanDefinition-topic.json")["action"][-1]
    assert action["id"] == "dig-it"
    assert action["code"] == [{"coding": [{"system": f"{world.BASE}/CodeSystem/recommendation", "code": "dig-it"}]}]
    assert [trigger["name"] for trigger in action["trigger"]] == ["order-select", "order-sign"]
    text = system.read_text(encoding="utf-8")
    assert text.splitlines()[-4].strip() == '{"code": "water-it", "display": "Water it"},'  # one code a line, as before
    assert (load(system)["count"], load(system)["concept"][-1]["code"]) == (2, "dig-it")
    readme = (content / "watering" / "README.md").read_text(encoding="utf-8")
    assert "dry soil |\n| `dig-it` | order-select, order-sign | TO WRITE: say when it fires |\n" in readme
    assert "recommendation: dig-it" in (content / "watering" / "cases" / "dig-it.yaml").read_text(encoding="utf-8")


def test_the_first_recommendation_of_a_content_begins_its_code_system(run, content):
    edit(content / "watering" / "PlanDefinition-topic.json", lambda plan: plan.pop("action"))
    (content / "terminology" / "CodeSystem-recommendation.json").unlink()

    assert run("recommendation", "dig-it", "--topic", "topic").exit_code == 0

    system = load(content / "terminology" / "CodeSystem-recommendations.json")
    assert (system["url"], system["concept"][0]["code"]) == (f"{world.BASE}/CodeSystem/recommendations", "dig-it")


def test_a_code_that_is_listed_already_stays_as_it_is(run, content):
    system = content / "terminology" / "CodeSystem-recommendation.json"
    edit(system, lambda item: item["concept"].append({"code": "dig-it", "display": "Dig it"}))
    before = system.read_bytes()

    assert run("recommendation", "dig-it", "--topic", "topic").exit_code == 0
    assert system.read_bytes() == before


@pytest.mark.parametrize("readme", [None, "# Soil\n"], ids=["no README", "no table"])
def test_a_readme_without_a_table_gets_no_row(run, content, readme):
    path = content / "watering" / "README.md"
    path.unlink() if readme is None else path.write_text(readme, encoding="utf-8")

    assert run("recommendation", "dig-it", "--topic", "topic").exit_code == 0
    assert (path.read_text(encoding="utf-8") if path.exists() else None) == readme


#: comment | arguments | what is said
REFUSED = [
    ("a topic that is there", ("topic", "topic"), "'topic' is taken"),
    ("the name of a service", ("topic", "plants"), "'plants' is taken"),
    ("a folder that is there", ("topic", "watering"), "'watering' is taken"),
    ("a name that is no id", ("topic", "Soil care"), "'Soil care' is no id"),
    ("a name that leads out", ("topic", "../soil"), "'../soil' is no id"),
    (
        "a service that is not there",
        ("topic", "soil-care", "--service", "gardens"),
        "there is no service gardens. The services are: plants.",
    ),
    ("a recommendation that is there", ("recommendation", "water-it", "--topic", "topic"), "'water-it' is a recommendation of watering/Pl"),
    ("a code that is none", ("recommendation", "Dig", "--topic", "topic"), "'Dig' is no id"),
    ("a topic that is not there", ("recommendation", "dig-it", "--topic", "soil"), "there is no topic 'soil'. The topics are: topic."),
    ("a hook that is not there", ("recommendation", "dig-it", "--topic", "topic", "--hook", "view"), "'view' is no hook. The hooks are: "),
]


@pytest.mark.parametrize(("comment", "arguments", "expected"), REFUSED, ids=[item[0] for item in REFUSED])
def test_what_cannot_be_begun_is_refused_and_nothing_is_written(run, content, comment, arguments, expected):
    before = everything(content)

    result = run(*arguments)

    assert result.exit_code == 1, comment
    assert expected in result.stderr
    assert everything(content) == before


def test_cases_that_are_there_are_not_overwritten(run, content):
    (content / "watering" / "cases" / "dig-it.yaml").write_text("mine", encoding="utf-8")
    before = everything(content)

    result = run("recommendation", "dig-it", "--topic", "topic")

    assert (result.exit_code, everything(content)) == (1, before)
    assert "watering/cases/dig-it.yaml exists already. Nothing was written." in result.stderr


def test_content_that_cannot_be_read_is_refused(run, content):
    (content / "watering" / "PlanDefinition-topic.json").write_text("{", encoding="utf-8")

    result = run("recommendation", "dig-it", "--topic", "topic")

    assert result.exit_code == 1
    assert "is not JSON" in result.stderr


def test_the_configured_content_is_meant_unless_another_is_named(monkeypatch, content):
    monkeypatch.setenv("CDS_CONTENT_DIR", str(content))

    assert CliRunner().invoke(main, ["new", "topic", "soil-care"]).exit_code == 0
    assert CliRunner().invoke(main, ["new", "recommendation", "dig-it", "--topic", "soil-care"]).exit_code == 0
    assert (content / "soil-care" / "cases" / "dig-it.yaml").exists()


@pytest.mark.parametrize("command", [(), ("topic",), ("recommendation",)])
def test_help_teaches_by_example(command):
    assert "cds-service new " in CliRunner().invoke(main, ["new", *command, "--help"]).output
