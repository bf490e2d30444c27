"""A token is taken once: by all threads, processes and restarts together."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from cds_service.store import open_store
from cds_service.store.replay import MARGIN, PURGE_EVERY, UsedTokens
from cds_service.store.tables import used_tokens
from tests.builders.processes import forkserver

NOW = 1_800_000_000
ISSUER = "https://ehr.example.org"


def test_a_token_is_new_once(store):
    assert store.replay.first_use(ISSUER, "a", NOW)
    assert not store.replay.first_use(ISSUER, "a", NOW)
    assert store.replay.first_use(ISSUER, "b", NOW)
    assert store.replay.first_use("https://other.example.org", "a", NOW), "ids are unique for one issuer"


def test_it_stays_used_after_a_restart(database_url):
    for expected in (True, False):
        store = open_store(database_url)
        assert store.replay.first_use(ISSUER, "a", NOW) is expected
        store.close()


@pytest.mark.parametrize(
    ("jti", "comment"),
    [
        pytest.param("", "nothing", id="empty"),
        pytest.param("x" * 100_000, "longer than an index can hold", id="long"),
        pytest.param("a\0b", "which PostgreSQL cannot hold", id="NUL"),
        pytest.param("\ud800", "which no database can hold", id="half a character"),
        pytest.param("ü🦠", "beyond ASCII", id="characters"),
    ],
)
def test_an_id_may_be_anything(store, jti, comment):
    assert [store.replay.first_use(ISSUER, jti, NOW) for _ in range(2)] == [True, False], comment


@pytest.mark.parametrize("expires", [pytest.param(-(10**400), id="before time"), 0, pytest.param(10**400, id="after time")])
def test_an_odd_expiry_is_no_failure(store, expires):
    assert store.replay.first_use(ISSUER, "a", expires)


def test_many_threads_with_one_token_get_one_yes(store):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: store.replay.first_use(ISSUER, str(number % 10), NOW), range(200)))
    assert answers.count(True) == 10


def use(url, barrier, answers):
    store = open_store(url)
    barrier.wait()
    answers.put([store.replay.first_use(ISSUER, str(number), NOW) for number in range(50)])
    store.close()


def test_many_processes_with_the_same_tokens_get_one_yes_each(database_url):
    context = forkserver()
    barrier, answers = context.Barrier(3), context.Queue()
    workers = [context.Process(target=use, args=(database_url, barrier, answers)) for _ in range(3)]
    for worker in workers:
        worker.start()
    found = [answers.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join()
    assert [sum(column) for column in zip(*found, strict=True)] == [1] * 50


def test_a_store_made_before_a_fork_serves_both_sides(store):
    assert store.replay.first_use(ISSUER, "before", NOW)
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    child = context.Process(target=lambda: answers.put([store.replay.first_use(ISSUER, jti, NOW) for jti in ("before", "child")]))
    child.start()
    assert answers.get(timeout=60) == [False, True]
    child.join()
    assert [store.replay.first_use(ISSUER, jti, NOW) for jti in ("child", "parent")] == [False, True]


def test_what_has_expired_is_deleted_from_time_to_time(store):
    now = [float(NOW)]
    tokens = UsedTokens(store._database, lambda: now[0])
    for jti, expires in [("old", NOW + 10), ("young", NOW + 10_000)]:
        tokens.first_use(ISSUER, jti, expires)
    now[0] += 10 + MARGIN
    tokens.first_use(ISSUER, "another", NOW + 10_000)
    assert count(store) == 3, "kept for a while after its expiry"
    now[0] += PURGE_EVERY
    tokens.first_use(ISSUER, "one more", NOW + 10_000)
    assert count(store) == 3


def count(store):
    with store._database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(used_tokens))
