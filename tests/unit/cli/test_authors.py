"""The commands for authors where something is in their way: a line that says what, the right exit code, never a traceback."""

import pytest
import yaml
from click.testing import CliRunner

from cds_service.cli import main
from tests.unit.cases import garden

FIRES = {"id": "fires", "why": "because", "patient": ["dry soil"], "expect": {"water-it": "info"}}
FAILS = {"id": "fails", "why": "because", "patient": ["wet soil"], "expect": {"water-it": "info"}}
REGISTER = "book:\n  R1-1: {says: Water what is dry | thirsty.}\n"


@pytest.fixture
def content(tmp_path):
    def write(*cases):
        text = yaml.safe_dump({"recommendation": "water-it", "cases": list(cases)}, sort_keys=False)
        folder = garden.write(tmp_path / "content", water_it=text)
        (folder / "sources").mkdir()
        (folder / "sources" / "statements.yaml").write_text(REGISTER)
        return folder

    return write


def run(command, folder, *options):
    result = CliRunner().invoke(main, [command, str(folder), *map(str, options)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.mark.parametrize("option", ["--markdown", "--json"])
def test_a_table_that_cannot_be_written_is_told(content, tmp_path, option):
    result = run("trace", content(FIRES), option, tmp_path / "missing" / "table")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"error: {tmp_path}/missing/table: No such file or directory")


@pytest.mark.parametrize("broken", ["notes.yaml", "notes.json"])
def test_a_lock_names_a_file_that_cannot_be_read(content, broken):
    folder = content(FIRES)
    (folder / "staging").mkdir(exist_ok=True)
    (folder / "terminology" / broken).write_bytes(b"\xff\xfe")
    result = run("lock", folder)
    assert (result.exit_code, f"error: terminology/{broken}: (file): is not" in result.stderr) == (1, True)


def test_what_would_end_a_cell_of_the_table_is_escaped(content, tmp_path):
    run("trace", content(FIRES), "--markdown", tmp_path / "table.md")
    assert "| Water what is dry \\| thirsty. |" in (tmp_path / "table.md").read_text()


@pytest.mark.parametrize(
    ("cases", "options", "code", "words", "comment"),
    [
        (
            [FIRES, FAILS],
            [],
            1,
            "fail on the unchanged content; see cds-service cases: water-it/fails",
            "not the caller's fault",
        ),
        ([FIRES], ["--recommendation", "water-them"], 2, "there is no recommendation 'water-them'", "the caller's fault"),
    ],
)
def test_mutants_are_not_tried_in_vain(content, cases, options, code, words, comment):
    result = run("mutate", content(*cases), *options)
    assert (result.exit_code, words in result.stderr) == (code, True), comment


def test_a_document_in_another_encoding_is_a_problem_of_the_content(content):
    folder = content(FIRES)
    (folder / "README.md").write_bytes(b"# \xff\n")
    result = run("check", folder)
    assert (result.exit_code, "error: README.md: (file): is not text in UTF-8" in result.stderr) == (1, True)
