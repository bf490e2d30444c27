"""A recommendation cites what the register of statements holds."""

import pytest

from cds_service.authoring.cited import check_cited
from tests.unit.authoring import sound
from tests.unit.authoring.sound import write_sound

FILE = "sources/statements.yaml"


@pytest.fixture
def content(tmp_path):
    folder = write_sound(tmp_path / "content")
    (folder / "sources").mkdir()
    return folder


def problems(folder, register):
    (folder / FILE).write_text(register, encoding="utf-8")
    return sound.problems(folder, check_cited)


def cited(folder):
    from cds_service.served import load_content

    return {
        citation.statement
        for service in load_content(folder).services.values()
        for action in service.actions
        for citation in action.citations
    }


def test_what_is_in_the_register_may_be_cited(content):
    entries = "".join(f"  {label}: {{says: Water it}}\n" for label in cited(content))
    assert problems(content, f"book:\n{entries}") == []


def test_what_is_not_in_the_register_is_named(content):
    found = problems(content, "book:\n  other: {says: Something else}\n")
    assert cited(content)
    assert all("action[water-it].documentation: cites" in one for one in found)
    assert len(found) == len(cited(content))


def test_a_register_that_cannot_be_read_is_named(content):
    assert any(FILE in one for one in problems(content, "[]"))


def test_content_without_a_register_cites_what_it_likes(content):
    (content / "sources").rmdir()
    assert sound.problems(content, check_cited) == []
