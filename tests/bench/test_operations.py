"""A call takes no more operations than recorded: the same count on every machine, so a slower engine cannot hide behind a faster one."""

import sys

import pytest

from bench import operations
from bench.operations import RECORD, VERSION, compare


def test_a_call_takes_no_more_operations_than_recorded(capsys):
    wrong, notes = compare(operations.count_apart(), operations.recorded().get(VERSION))
    with capsys.disabled():
        sys.stdout.write("".join(f"\n{note}" for note in notes))
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize(
    ("now", "wrong", "notes", "comment"),
    [
        (1000, 0, 0, "as recorded"),
        (1150, 0, 0, "at the border"),
        (1151, 1, 0, "slower"),
        (850, 0, 0, "at the border"),
        (849, 0, 1, "faster: worth recording, not wrong"),
    ],
)
def test_only_a_worse_count_fails(now, wrong, notes, comment):
    found_wrong, found_notes = compare({"typical": now}, {"typical": 1000})
    assert (len(found_wrong), len(found_notes)) == (wrong, notes), comment
    assert all(RECORD in line for line in found_wrong + found_notes)


def test_a_load_or_a_python_without_baseline_fails_and_says_what_to_do():
    for recorded in (None, {"small": 1}):
        wrong, _ = compare({"typical": 1}, recorded)
        assert len(wrong) == 1
        assert RECORD in wrong[0]


def quick(numbers):
    return sum(numbers)


def slow(numbers):
    total = 0
    for number in numbers:
        total += number
    return total


def test_the_count_sees_a_slower_line_and_is_the_same_each_time():
    counts = [[operations.operations(lambda way=way: way(range(100))) for way in (quick, slow)] for _ in range(2)]
    assert counts[0] == counts[1]
    fast, worse = counts[0]
    assert worse > 10 * fast


@pytest.mark.parametrize(
    ("more", "comment"),
    [
        (lambda: len("x"), "a call into C"),
        (lambda: [-number for number in range(9)], "a loop within another frame"),
        (lambda: sorted([2, 1], key=lambda number: -number), "Python called by C"),
    ],
)
def test_what_counts(more, comment):
    assert operations.operations(more) > operations.operations(lambda: None), comment


def test_counting_leaves_what_traced_before():
    def before(*_):
        return None

    kept = sys.getprofile()
    sys.setprofile(before)
    try:
        operations.operations(lambda: None)
        assert sys.getprofile() is before
    finally:
        sys.setprofile(kept)
