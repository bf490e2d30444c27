"""Reports are kept once each, none replaces another, and the latest is the state of its card."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from cds_service.hooks.feedback import CardFeedback, Reason
from cds_service.store import open_store
from cds_service.store.feedback import FeedbackLog, current
from cds_service.store.tables import feedback
from cds_service.store.who import Who
from tests.builders.processes import forkserver

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
EPIC = Who("main", "https://ehr.example.org", "north")
NOBODY = Who("anyone")


def report(card="c1", outcome="overridden", minutes=0, **members):
    return CardFeedback(card=card, outcome=outcome, outcome_time=NOON + timedelta(minutes=minutes), **members)


def untimed(outcome):
    return CardFeedback(card="c1", outcome=outcome)


def rows(store, query=None):
    with store._database.reading() as connection:
        return [row._asdict() for row in connection.execute(select(feedback).order_by(feedback.c.id) if query is None else query)]


def states(store):
    return {row["card"]: row["outcome"] for row in rows(store, select(current()))}


def test_everything_that_was_said_is_kept(store):
    reasons = (Reason("late", "urn:r", "Too late"), Reason("b"))
    told = report(accepted=("s1",), reasons=reasons, comment="a\0b", extension='{"x":1}')
    store.feedback.record(EPIC, "s", [told])
    [row] = rows(store)
    assert row["received"] == row["received_last"]
    assert {name: row[name] for name in ("client", "issuer", "tenant", "service", "card", "outcome", "times")} == {
        "client": "main",
        "issuer": "https://ehr.example.org",
        "tenant": "north",
        "service": "s",
        "card": "c1",
        "outcome": "overridden",
        "times": 1,
    }
    assert (row["outcome_time"], row["accepted"], row["comment"], row["extension"]) == (
        NOON,
        '["s1"]',
        "a\N{REPLACEMENT CHARACTER}b",
        '{"x":1}',
    )
    assert row["reasons"] == '[{"system":"urn:r","code":"late","display":"Too late"},{"system":null,"code":"b","display":null}]'


def test_the_same_report_is_kept_once_and_counted(store):
    for _ in range(3):
        store.feedback.record(EPIC, "s", [report(), report("c2")])
    store.feedback.record(EPIC, "s", [report(), report()])
    assert [(row["card"], row["times"]) for row in rows(store)] in ([("c1", 5), ("c2", 3)], [("c2", 3), ("c1", 5)])


@pytest.mark.parametrize(
    ("reports", "state", "comment"),
    [
        ([report(), report(outcome="accepted", minutes=1)], "accepted", "changed its mind"),
        ([report(outcome="accepted", minutes=1), report()], "accepted", "told in the wrong order"),
        ([report(), report(outcome="accepted", minutes=1), report()], "accepted", "an old one sent again"),
        ([report(), report(outcome="accepted")], "accepted", "at the same time: what came last"),
        (
            [CardFeedback(card="c1", outcome="accepted"), CardFeedback(card="c1", outcome="overridden")],
            "overridden",
            "no time: what came last",
        ),
        (
            [CardFeedback(card="c1", outcome=outcome) for outcome in ("accepted", "overridden", "accepted")],
            "accepted",
            "no time, and back to what it was",
        ),
    ],
)
def test_the_latest_report_is_the_state_and_all_are_history(store, reports, state, comment):
    moments = iter(NOON + timedelta(days=1, seconds=number) for number in range(10))
    log = FeedbackLog(store._database, lambda: next(moments))
    for one in reports:
        log.record(EPIC, "s", [one])
    assert states(store) == {"c1": state}, comment
    assert len(rows(store)) == len(set(reports)), "none is lost"


def test_clients_speak_for_themselves(store):
    other = Who("other", "https://other.example.org")
    store.feedback.record(EPIC, "s", [report()])
    store.feedback.record(other, "s", [report(outcome="accepted", minutes=1)])
    assert sorted(row["outcome"] for row in rows(store, select(current()))) == ["accepted", "overridden"]


def test_nothing_to_keep_is_no_failure(store):
    store.feedback.record(NOBODY, "s", [])
    assert rows(store) == []


def batch(worker, number):
    """Reports that several send in different orders, with some of their own."""
    cards = [report(f"shared-{one}") for one in range(20)] + [report(f"{worker}-{number}-{one}") for one in range(5)]
    return cards if worker % 2 else cards[::-1]


def send(store, worker):
    for number in range(5):
        store.feedback.record(NOBODY, "s", batch(worker, number))


def send_from_process(url, worker, barrier):
    store = open_store(url)
    barrier.wait()
    send(store, worker)
    store.close()


def expect(store, workers):
    times = {row["card"]: row["times"] for row in rows(store)}
    assert sum(times.values()) == workers * 5 * 25
    assert {times[f"shared-{one}"] for one in range(20)} == {workers * 5}
    assert len(times) == 20 + workers * 25


def test_threads_lose_nothing(store):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda worker: send(store, worker), range(4)))
    expect(store, 4)


def test_processes_lose_nothing(store, database_url):
    context = forkserver()
    barrier = context.Barrier(3)
    workers = [context.Process(target=send_from_process, args=(database_url, number, barrier)) for number in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    expect(store, 3)
