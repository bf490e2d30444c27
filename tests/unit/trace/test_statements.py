"""The register of statements: what it holds, and what is refused."""

import pytest

from cds_service.trace.statements import FILE, load_statements


def write(folder, text):
    path = folder / FILE
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return folder


def test_statements_keep_the_order_of_the_file(tmp_path):
    folder = write(
        tmp_path,
        """
book:
  B-2: {says: Water in the morning., reference: 4}
  B-1: {says: Never at noon., reference: none}
tensions:
  T1: {says: Morning or noon., between: [B-1, B-2], every-card: "tests/test_a.py::test_b"}
""",
    )
    problems = []
    found = load_statements(folder, problems)

    assert problems == []
    assert list(found) == ["B-2", "B-1", "T1"]
    assert (found["B-2"].group, found["B-2"].reference, found["B-2"].is_tension) == ("book", "4", False)
    assert (found["T1"].between, found["T1"].every_card, found["T1"].is_tension) == (("B-1", "B-2"), "tests/test_a.py::test_b", True)


@pytest.mark.parametrize(
    ("text", "element", "problem"),
    [
        ("book:\n  B-1: {reference: 4}\n", "B-1", "says nothing"),
        ("book:\n  B-1: a text\n", "B-1", "says nothing"),
        ("book:\n  B-1: {says: ' '}\n", "B-1", "says nothing"),
        ("book:\n  B-1: {says: Water., page: 4}\n", "B-1", "'page' is not used"),
        ("tensions:\n  T1: {says: Water., between: [B-9]}\n", "T1", "'B-9' is no statement"),
        ("book: [B-1]\n", "book", "is not a list of statements by id"),
        ("book:\n  B-1: {says: Water.}\nother:\n  B-1: {says: Light.}\n", "B-1", "stands twice"),
        ("book:\n  B-1: {says: Water., between: B-2}\n", "B-1", "'between' is no list"),
        ("book:\n  B-1: {says: Water., every-card: 3}\n", "B-1", "'every-card' is no test"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, element, problem):
    problems = []
    load_statements(write(tmp_path, text), problems)

    assert [(item.file, item.element, item.problem) for item in problems] == [(FILE, element, problem)]
    assert problems[0].remedy


def test_a_content_without_register_is_told_so(tmp_path):
    problems = []
    assert load_statements(tmp_path, problems) == {}
    assert [(item.file, item.problem) for item in problems] == [(FILE, "is missing")]
