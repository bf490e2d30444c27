"""Files of content: what is read, and what is refused by name instead of with a traceback."""

from decimal import Decimal

import pytest

from cds_service.documents import Unreadable, read_text, read_yaml


def write(folder, content):
    path = folder / "notes.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("text", "expected", "comment"),
    [
        ("", None, "nothing"),
        ("day: 2026-11-21\n", {"day": "2026-11-21"}, "a date stays as written"),
        ("day: 2026-13-45\n", {"day": "2026-13-45"}, "also one that is none"),
        ("- 1\n- 2.5\n", [1, 2.5], "numbers"),
        ("a: &a {b: 1}\nc: {<<: *a, d: 2}\n", {"a": {"b": 1}, "c": {"b": 1, "d": 2}}, "one entry taken into another"),
        ("a: &a {b: 1}\nc: {<<: *a, b: 2}\n", {"a": {"b": 1}, "c": {"b": 2}}, "whose own key wins"),
        ("a: &a [1]\nb: *a\n", {"a": [1], "b": [1]}, "the same list in two places"),
    ],
)
def test_yaml_is_read(tmp_path, text, expected, comment):
    assert read_yaml(write(tmp_path, text)) == expected, comment


def test_decimals_are_exact_where_they_must_be(tmp_path):
    found = read_yaml(write(tmp_path, "limit: 0.1\n"), exact=True)
    assert (found, type(found["limit"])) == ({"limit": Decimal("0.1")}, Decimal)


@pytest.mark.parametrize(
    ("content", "where", "words", "comment"),
    [
        (b"a: \xff\xfe", "(file)", "UTF-8", "another encoding"),
        (b"a: \0", "(file)", "not YAML", "a character that no text has"),
        ("a: 1\nb: [\n", "line 3", "not YAML", "a list that never ends"),
        ("a: 1\na: 2\n", "line 2", "the key 'a' stands twice", "one key twice"),
        ("1: x\n'1': y\n", "line 2", "the key '1' stands twice", "one key twice, once in quotes"),
        ("? [a]\n: 1\n", "line 1", "a key is a list", "a list as key"),
        ("a: &a [*a]\n", "line 1", "recursive", "a list in itself"),
        ("a: &a {b: *a}\n", "line 1", "recursive", "a mapping in itself"),
        ("[" * 5000 + "]" * 5000, "(file)", "nested too deeply", "too deep"),
        ("a: !!int x\n", "(file)", "none of its type", "a number that is none"),
        ("a: !!float x\n", "(file)", "none of its type", "nor this"),
        ("a: !!python/object:os.system 1\n", "line 1", "not YAML", "what would run something"),
        ("a: 1\n---\nb: 2\n", "line 2", "not YAML", "two documents"),
    ],
)
@pytest.mark.parametrize("exact", [False, True])
def test_what_is_no_yaml_is_named(tmp_path, content, where, words, comment, exact):
    with pytest.raises(Unreadable) as caught:
        read_yaml(write(tmp_path, content), exact=exact)
    problem = caught.value.of("notes.yaml")
    assert (problem.file, problem.element) == ("notes.yaml", where), comment
    assert words in problem.problem, comment
    assert problem.remedy, comment


def test_a_folder_is_no_text(tmp_path):
    with pytest.raises(Unreadable, match="cannot be read"):
        read_text(tmp_path)
