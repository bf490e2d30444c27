"""Every statement and tension of the two sources has a recommendation and a case, or a test that it is a property of every card."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.cli.trace import traceability
from cds_service.settings import shipped_content
from cds_service.trace.statements import load_statements

ROOT = Path(__file__).resolve().parents[2]
STATEMENTS = load_statements(shipped_content(), [])


@pytest.fixture(scope="module")
def table(knowledge):
    return traceability(shipped_content(), knowledge)


def test_the_register_is_whole():
    groups = {group: [name for name, item in STATEMENTS.items() if item.group == group] for group in ("source-1", "source-2", "tensions")}

    assert groups == {
        "source-1": [f"S1-{number:02}" for number in range(1, 36)],
        "source-2": [f"S2-{number:02}" for number in range(1, 32)],
        "tensions": [f"T{number:02}" for number in range(1, 24)],
    }


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_has_a_recommendation_and_a_case(table, name):
    row = next(row for row in table.rows if row.statement.id == name)
    assert row.lacks is None


def test_nothing_is_cited_that_the_sources_do_not_say(table):
    assert table.strays == ()


@pytest.mark.parametrize("name", [name for name, item in STATEMENTS.items() if item.every_card])
def test_a_property_of_every_card_names_a_test_that_exists(name):
    path, _, test = str(STATEMENTS[name].every_card).partition("::")
    assert f"\ndef {test}(" in (ROOT / path).read_text()


@pytest.mark.no_cover  # every case is read again: tracing that would take most of the time
def test_the_command_writes_what_it_prints(tmp_path):
    markdown, data = tmp_path / "t.md", tmp_path / "t.json"
    result = CliRunner().invoke(main, ["trace", "--markdown", str(markdown), "--json", str(data)])

    assert result.output.splitlines()[-1] == "statements 66/66, tensions 23/23"
    assert result.exit_code == 0
    assert "| S2-22 |" in markdown.read_text()
    assert '"S2-22"' in data.read_text()
