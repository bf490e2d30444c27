"""A database that fails while the service runs: said at once, nothing half done, and as before once it is back."""

import logging
import shutil
import sqlite3
import threading
import time
from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from cds_service.errors import StoreUnavailable
from cds_service.hooks.feedback import CardFeedback
from cds_service.store import open_store
from cds_service.store.audit import HookCall, ShownCard
from cds_service.store.backlog import Backlog
from cds_service.store.database import Database
from cds_service.store.feedback import FeedbackLog
from cds_service.store.who import Who

WHO = Who("here")


def reports(number, comment=None):
    return [CardFeedback(card=f"c{one}", outcome="accepted", comment=comment) for one in range(number)]


def count(database):
    with database.reading() as connection:
        return connection.scalar(text("SELECT count(*) FROM feedback"))


@pytest.fixture
def file(tmp_path):
    return open_store(f"sqlite:///{tmp_path}/store.db").location


@pytest.mark.parametrize(
    ("pragma", "comment"),
    [("max_page_count = 40", "a full disk"), ("query_only = ON", "a file that has become read-only")],
)
def test_what_cannot_be_kept_is_not_acknowledged_and_leaves_nothing(file, pragma, comment):
    broken, whole = Database(file), Database(file)
    broken._opened()
    event.listen(broken._open.engine, "connect", lambda connection, _: connection.execute(f"PRAGMA {pragma}"))
    with pytest.raises(StoreUnavailable, match=r"the database cannot be used \(OperationalError\)"):
        FeedbackLog(broken).record(WHO, "s", reports(100, "x" * 4000))
    assert count(whole) == 0, comment
    FeedbackLog(whole).record(WHO, "s", reports(100))
    assert count(whole) == 100
    broken.close()
    whole.close()


def test_a_lock_is_waited_for_and_not_for_ever(file):
    database = Database(file, patience=0.2)
    with closing(sqlite3.connect(file.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        with pytest.raises(StoreUnavailable):
            FeedbackLog(database).record(WHO, "s", reports(1))
        assert time.monotonic() - started < 5
        assert count(database) == 0, "reading goes on meanwhile"
    FeedbackLog(database).record(WHO, "s", reports(1))
    assert count(database) == 1
    database.close()


def test_a_writer_of_the_same_process_is_waited_for_and_not_for_ever(file):
    database = Database(file, patience=0.1)
    database._opened().turn.acquire()
    with pytest.raises(StoreUnavailable, match="the database is busy"):
        FeedbackLog(database).record(WHO, "s", reports(1))
    database.close()


def test_a_lock_of_the_server_is_waited_for_and_not_for_ever(postgres):
    url = postgres.new_schema()
    database = Database(open_store(url).location, patience=0.2)
    with Database(database.location).connect() as other, other.begin():
        other.execute(text("LOCK TABLE feedback"))
        with pytest.raises(StoreUnavailable, match="QueryCanceled"):
            FeedbackLog(database).record(WHO, "s", reports(1))
    other.engine.dispose()
    FeedbackLog(database).record(WHO, "s", reports(1))
    assert count(database) == 1
    database.close()


def shown():
    call = HookCall(
        time=datetime.now(UTC), request_id="r", who=WHO, content="c", status=200, ms=1.0, cards=(ShownCard("c0", ("t",), "info"),)
    )
    return lambda store: store.audit.record(call)


@pytest.mark.parametrize(
    ("write", "comment"),
    [
        (lambda store: store.feedback.record(WHO, "s", reports(1)), "feedback"),
        (lambda store: store.replay.first_use("i", "j", 1), "a used token id"),
        (shown(), "an answer with cards"),
        (lambda store: store.check(), "readiness"),
    ],
)
@pytest.mark.parametrize("opened", [True, False])
def test_nothing_is_acknowledged_into_a_file_that_was_deleted(tmp_path, write, opened, comment):
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    backup = tmp_path / "backup"
    shutil.copy(store.location.file, backup)
    if opened:
        write(store)
    for file in tmp_path.glob("store.db*"):
        file.unlink()
    for attempt in (write, write, lambda store: count(store._database)):
        with pytest.raises(StoreUnavailable, match="the database file is gone"):
            attempt(store)
    assert not list(tmp_path.glob("store.db*")), f"{comment}: no empty database takes its place"
    shutil.copy(backup, store.location.file)
    write(store)
    store.close()


def test_a_file_that_was_replaced_is_opened_at_the_next_call(file, tmp_path):
    database = Database(file)
    FeedbackLog(database).record(WHO, "s", reports(1))
    other = open_store(f"sqlite:///{tmp_path}/other.db").location.file
    for left in tmp_path.glob("store.db-*"):
        left.unlink()
    other.replace(file.file)
    with pytest.raises(StoreUnavailable, match="the database file is gone"):
        FeedbackLog(database).record(WHO, "s", reports(2))
    FeedbackLog(database).record(WHO, "s", reports(3))
    assert count(database) == 3
    database.close()


def test_a_server_may_go_and_come_back(postgres):
    store = open_store(postgres.new_schema())
    store.feedback.record(WHO, "s", reports(2))
    postgres.stop()
    for attempt in (store.check, lambda: store.feedback.record(WHO, "s", reports(1)), lambda: store.replay.first_use("i", "j", 1)):
        with pytest.raises(StoreUnavailable):
            attempt()
    postgres.start()
    store.check()
    store.feedback.record(WHO, "s", reports(3))
    assert count(store._database) == 3
    store.close()


def test_an_error_of_the_driver_repeats_no_row(store):
    with pytest.raises(StoreUnavailable) as caught, store._database.writing() as connection:
        connection.execute(text("INSERT INTO heartbeat (id, at) VALUES (7, :secret)"), {"secret": None})
    assert str(caught.value) in [f"the database cannot be used ({name})" for name in ("IntegrityError", "NotNullViolation")]
    assert caught.value.__cause__ is None


def test_no_row_is_in_what_libraries_say_of_a_failure(file):
    database = Database(file)
    with database.connect() as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(text("INSERT INTO nowhere VALUES (:secret)"), {"secret": "Margaret"})
    assert "Margaret" not in str(caught.value)
    assert not logging.getLogger("sqlalchemy.pool").isEnabledFor(logging.ERROR)
    database.close()


def test_whatever_goes_wrong_with_a_write_later_rows_are_still_written(caplog):
    """A defect in one write neither ends the thread nor loses what waits, and the log names its kind alone."""
    written, failing, done = [], [ValueError("Margaret-4711")] * 2, threading.Event()

    def write(rows):
        if failing:
            raise failing.pop()
        written.extend(rows)
        done.set()

    backlog = Backlog(write, interval=0.01)
    backlog.add("a")
    assert done.wait(10)
    backlog.close()
    assert written == ["a"]
    assert [record.getMessage() for record in caplog.records] == ["audit rows could not be written: ValueError"] * 2
    assert "Margaret" not in caplog.text
