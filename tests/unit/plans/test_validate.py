"""What is validated against the FHIR models, and when: everything but the files that the lock says were, byte for byte."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from cds_service.authoring.lock import write_lock
from cds_service.cli import main
from cds_service.errors import ContentError
from cds_service.plans import validate
from cds_service.served import load_content
from tests.unit.authoring.sound import edit, write_sound

TOPIC, DROUGHT, BOOK = "watering/PlanDefinition-topic.json", "terminology/ValueSet-drought.json", "Library-book.json"


@pytest.fixture
def content(tmp_path):
    folder = write_sound(tmp_path / "content")
    (folder / "versions.json").write_text('{"facts": "0.1.0", "terminology": "0.1.0"}\n', encoding="utf-8")
    write_lock(folder)
    return folder


@pytest.fixture
def validated(monkeypatch):
    """The files that are validated from here on."""
    files = []

    def validate_resource(_resource, _kind, place):
        files.append(place.file)

    monkeypatch.setattr(validate, "validate_resource", validate_resource)
    return files


def resources(folder):
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*-*.json")}


def relock(folder, change):
    """Change the files that the lock knows."""
    edit(folder / "lock.json", lambda lock: change(lock["validated"]))


#: comment | what happens to the folder | what is validated then
FOLDERS = [
    ("as it was locked", lambda _: None, set()),
    ("one blank more", lambda folder: (folder / TOPIC).write_text((folder / TOPIC).read_text() + " "), {TOPIC}),
    ("a value set", lambda folder: edit(folder / DROUGHT, lambda item: item.update(title="Drought")), {DROUGHT}),
    ("a file under another name", lambda folder: (folder / BOOK).rename(folder / "Library-2.json"), {"Library-2.json"}),
    ("a hash that is of something else", lambda folder: relock(folder, lambda known: known.update({BOOK: "0" * 64})), {BOOK}),
    ("a file that the lock does not know", lambda folder: relock(folder, lambda known: known.pop(TOPIC)), {TOPIC}),
]


@pytest.mark.parametrize(("comment", "happens", "expected"), FOLDERS, ids=[item[0] for item in FOLDERS])
def test_what_the_lock_does_not_know_is_validated(content, validated, comment, happens, expected):
    happens(content)
    load_content(content)
    assert set(validated) == expected, comment


def test_what_the_lock_knows_is_validated_where_somebody_asks(content, validated):
    load_content(content, anew=True)
    assert set(validated) == resources(content)


@pytest.mark.parametrize("command", ["check", "lock"])
def test_authors_are_told_also_of_what_the_lock_knows(content, command):
    """What a lock says is taken on trust by the start alone."""
    edit(content / TOPIC, lambda item: item.update(actions=[]))
    relock(content, lambda known: known.update({TOPIC: validate.digest(content / TOPIC)}))
    load_content(content)
    result = CliRunner().invoke(main, [command, str(content)])
    assert (result.exit_code, f"{TOPIC}: actions: breaks the FHIR R4 model" in result.stderr) == (1, True), result.stderr


@pytest.mark.parametrize("file", [TOPIC, DROUGHT])
def test_a_change_that_breaks_the_model_stops_the_start(content, file):
    edit(content / file, lambda item: item.update(actions=[]))
    with pytest.raises(ContentError, match=f"{file}: actions: breaks the FHIR R4 model: Extra inputs"):
        load_content(content)


@pytest.mark.parametrize("lock", [None, "", "{", "[]", "{}", '{"units": []}', '{"units": [], "validated": []}', '{"validated": null}'])
def test_a_lock_that_does_not_say_what_was_validated_knows_nothing(tmp_path, lock):
    if lock is not None:
        (tmp_path / "lock.json").write_text(lock, encoding="utf-8")
    assert validate.known_to_fit(tmp_path) == {}


def test_a_file_that_cannot_be_read_is_told(content):
    (content / DROUGHT).unlink()
    (content / DROUGHT).symlink_to("nowhere")
    with pytest.raises(ContentError, match=f"{DROUGHT}: .file.: is not JSON"):
        load_content(content)
