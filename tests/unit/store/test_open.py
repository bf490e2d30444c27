"""Where the store is, how it comes to its tables, and what stops the start."""

import os
import sqlite3
import stat
from contextlib import closing

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from cds_service.errors import StoreUnavailable
from cds_service.store import StoreError, migrate, open_store, upgrade
from cds_service.store.database import Database
from cds_service.store.location import locate
from cds_service.store.tables import REVISION, metadata
from tests.builders.processes import forkserver

LATER = 2**40
REVISIONS = [script.revision for script in upgrade.scripts().walk_revisions()][::-1]


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("sqlite:////data/x.db", "SQLite file /data/x.db"),
        ("postgresql+psycopg://u:secret@db.example.org/cds", "PostgreSQL database cds at db.example.org"),
        ("postgresql://u:secret@db.example.org:6543/cds", "PostgreSQL database cds at db.example.org:6543"),
        ("postgres://u:secret@[::1]/cds", "PostgreSQL database cds at ::1"),
        ("postgresql://u@/cds?host=/run/pg&password=secret", "PostgreSQL database cds at /run/pg"),
        ("postgresql:///", "PostgreSQL database (default) at this machine"),
    ],
)
def test_the_place_is_told_without_the_password(url, told):
    location = locate(url)
    assert str(location) == told
    assert "secret" not in repr(location)
    assert location.without_password("the secret is out") == ("the *** is out" if "secret" in url else "the secret is out")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "is no database address"),
        ("secret", "is no database address"),
        ("postgresql://u:secret@host:port/x", "is no database address"),
        ("mysql://u:secret@host/x", "a kind of database that is not supported"),
        ("postgresql+asyncpg://u:secret@host/x", "a kind of database that is not supported"),
        ("sqlite://", "must name a file"),
        ("sqlite:///:memory:", "must name a file"),
        ("sqlite:///file:x?mode=memory&uri=true", "must name a file"),
    ],
)
def test_an_address_of_no_use_is_refused_without_repeating_it(url, says):
    with pytest.raises(StoreError, match=says) as caught:
        locate(url)
    assert "secret" not in str(caught.value)


def test_postgresql_needs_its_driver(monkeypatch):
    monkeypatch.setattr("cds_service.store.location.find_spec", lambda _: None)
    with pytest.raises(StoreError, match=r"pip install 'cds-service\[postgres\]'"):
        locate("postgresql://host/x")


def test_a_relative_file_is_found_from_anywhere(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    location = open_store("sqlite:///x.db").location
    monkeypatch.chdir("/")
    assert location.file == tmp_path / "x.db"
    assert location.file.is_file()


def test_only_its_own_account_reads_the_file(tmp_path):
    file = open_store(f"sqlite:///{tmp_path}/x.db").location.file
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_file_is_written_ahead_and_to_the_disk(tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/x.db")
    with store._database.reading() as connection:
        found = [connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")]
    assert found == ["wal", 2, 1]
    store.close()


def test_the_server_is_told_to_wait_for_its_disk(postgres):
    store = open_store(postgres.new_schema())
    with store._database.reading() as connection:
        found = [connection.scalar(text(f"SHOW {name}")) for name in ("synchronous_commit", "statement_timeout", "application_name")]
    assert found == ["on", "2s", "cds-service"]
    store.close()


def raw(url):
    """A database as the migrations see it."""
    return Database(locate(url), patience=10)


def test_the_tables_are_those_of_the_code(database_url):
    open_store(database_url)
    database = raw(database_url)
    with database.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    database.close()


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_older_database_comes_to_the_tables_of_today(database_url, revision):
    if database_url.startswith("sqlite"):
        migrate._prepare_file(locate(database_url).file)
    database = raw(database_url)
    with database.connect() as connection, connection.begin():
        config = upgrade.configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.execute(text("INSERT INTO used_tokens VALUES ('i', 'j', 1)"))
    database.close()
    open_store(database_url)
    with database.connect() as connection:
        assert set(metadata.tables) <= set(inspect(connection).get_table_names())
        assert connection.scalar(text("SELECT expires FROM used_tokens")) == 1, "what was there stays"
    database.close()


def test_the_history_is_one_line():
    assert sorted(REVISIONS) == REVISIONS
    assert upgrade.scripts().get_heads() == [REVISION]


def start(url, barrier, answers):
    barrier.wait()
    try:
        open_store(url).close()
        answers.put(None)
    except Exception as error:  # noqa: BLE001
        answers.put(repr(error))


def test_several_may_start_at_once(database_url):
    context = forkserver()
    barrier, answers = context.Barrier(4), context.Queue()
    workers = [context.Process(target=start, args=(database_url, barrier, answers)) for _ in range(4)]
    for worker in workers:
        worker.start()
    assert [answers.get(timeout=60) for _ in workers] == [None] * 4
    for worker in workers:
        worker.join()


def write(url, times):
    store = open_store(url)
    for number in range(times):
        store.replay.first_use("other", str(number), LATER)
    store.close()


def test_two_stores_of_one_process_keep_the_file_from_one_that_leaves(tmp_path):
    """Whoever closes last takes the log of a SQLite file away; locks that got lost would make another process believe it was last."""
    url = f"sqlite:///{tmp_path}/x.db"
    first = open_store(url)
    first.check()
    second = open_store(url)
    other = forkserver().Process(target=write, args=(url, 3))
    other.start()
    other.join()
    assert (tmp_path / "x.db-wal").exists(), "it is still written by this process"
    for number, store in enumerate((first, second, open_store(url))):
        store.replay.first_use("ours", str(number), LATER)
        store.close()
    with closing(sqlite3.connect(tmp_path / "x.db")) as found:
        assert found.execute("SELECT issuer, count(*) FROM used_tokens GROUP BY 1 ORDER BY 1").fetchall() == [("other", 3), ("ours", 3)]


def test_a_file_is_made_where_a_link_leads(tmp_path):
    (tmp_path / "link.db").symlink_to(tmp_path / "x.db")
    open_store(f"sqlite:///{tmp_path}/link.db").close()
    assert stat.S_IMODE((tmp_path / "x.db").stat().st_mode) == 0o600


def test_a_database_of_a_newer_version_is_left_alone(database_url):
    open_store(database_url)
    database = raw(database_url)
    with database.connect() as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for make in (True, False):
        with pytest.raises(StoreError, match="newer version" if make else "not those of this version"):
            open_store(database_url, make=make)
    with database.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
    database.close()


def test_who_only_reads_makes_nothing(database_url):
    with pytest.raises(StoreError, match=r"there is no SQLite file|has no tables"):
        open_store(database_url, make=False)
    open_store(database_url)
    open_store(database_url, make=False).close()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sqlite:////nowhere/at/all/x.db", "No such file or directory"),
        ("sqlite:////proc/version", "cannot use the SQLite file /proc/version"),
        ("sqlite:////tmp", "unable to open database file"),
        ("postgresql://u:secret@127.0.0.1:1/x", "Connection refused"),
        ("postgresql://u:secret@/x?host=/nowhere", "No such file or directory"),
    ],
)
def test_a_database_out_of_reach_stops_the_start_in_one_line(url, says):
    with pytest.raises(StoreError, match=says) as caught:
        open_store(url)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_what_is_no_database_stops_the_start(tmp_path):
    file = tmp_path / "x.db"
    file.write_text("not a database" * 100)
    with pytest.raises(StoreError, match="file is not a database"):
        open_store(f"sqlite:///{file}")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_file_that_may_not_be_written_stops_the_start(tmp_path):
    file = open_store(f"sqlite:///{tmp_path}/x.db").location.file
    file.chmod(0o400)
    with pytest.raises(StoreError, match="Permission denied"):
        open_store(f"sqlite:///{file}")


def test_a_server_that_only_reads_stops_the_start(postgres):
    url = postgres.new_database()
    open_store(url)
    name = locate(url).url.database
    postgres.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with pytest.raises(StoreError, match="cannot write to the PostgreSQL database"):
        open_store(url)


def test_an_account_that_may_not_make_tables_stops_the_start(postgres):
    name = locate(postgres.new_database()).url.database
    postgres.execute("CREATE ROLE guest LOGIN PASSWORD 'secret'")
    with pytest.raises(StoreError, match="permission denied for schema public"):
        open_store(postgres.url(name).replace("postgres@", "guest:secret@"))
    postgres.execute("DROP ROLE guest")


def test_a_file_that_another_holds_stops_the_start_in_the_end(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/x.db"
    open_store(url)
    monkeypatch.setattr(migrate, "PATIENCE", 0.2)
    with closing(sqlite3.connect(tmp_path / "x.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="database is locked"):
            open_store(url)
    open_store(url)


def test_a_file_that_is_gone_is_not_ready(tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/x.db")
    store.check()
    store.location.file.rename(tmp_path / "y.db")
    with pytest.raises(StoreUnavailable, match="the database file is gone"):
        store.check()
    store.close()
