"""Every hook call leaves a row: at once if it showed cards, within a second if not, and never silently none."""

import json
import logging
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from cds_service.errors import StoreUnavailable
from cds_service.store import backlog
from cds_service.store.audit import HookCall, ShownCard, patient_digest
from cds_service.store.backlog import Backlog
from cds_service.store.tables import cards, invocations
from cds_service.store.who import Who
from tests.builders.processes import forkserver

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
UUID = "6f1c3a52-7c9e-5a3e-9d53-0f6f2c1b7a10"
PATIENCE = 30


def call(**members):
    plain = {"time": NOON, "request_id": UUID, "who": Who("main"), "content": "c1", "status": 200, "ms": 1.5}
    return HookCall(**plain | members)


def rows(store, table=invocations):
    with store._database.reading() as connection:
        return [row._asdict() for row in connection.execute(select(table).order_by(*table.primary_key))]


def test_a_call_with_cards_is_there_when_record_returns(store):
    shown = (ShownCard(UUID, ("topic", "more"), "warning"), ShownCard(UUID[::-1], ("b",), "info"))
    full = call(
        who=Who("main", "https://ehr.example.org", "half\ud800"),
        service="s",
        hook="patient-view",
        hook_instance=UUID,
        plans=("p|1", "q|2"),
        respond_ms=1.25,
        fetch_ms=0.5,
        patient="0" * 64,
        cards=shown,
    )
    store.audit.record(full)
    [row] = rows(store)
    key = row.pop("id")
    assert row == {
        "time": NOON,
        "request_id": UUID,
        "client": "main",
        "issuer": "https://ehr.example.org",
        "tenant": "half?",
        "service": "s",
        "hook": "patient-view",
        "hook_instance": UUID,
        "plans": '["p|1", "q|2"]',
        "content": "c1",
        "status": 200,
        "error": None,
        "cards": 2,
        "ms": 1.5,
        "respond_ms": 1.25,
        "fetch_ms": 0.5,
        "patient": "0" * 64,
    }
    assert rows(store, cards) == [
        {"invocation": key, "position": 0, "card": UUID, "topic": "topic", "codes": '["topic","more"]', "indicator": "warning"},
        {"invocation": key, "position": 1, "card": UUID[::-1], "topic": "b", "codes": '["b"]', "indicator": "info"},
    ]


def test_a_call_without_cards_is_there_when_the_store_closes(store):
    for status in (200, 404):
        store.audit.record(call(status=status))
    store.close()
    assert [(row["status"], row["cards"], row["plans"]) for row in rows(store)] == [(200, 0, None), (404, 0, None)]
    store.audit.record(call(status=412))
    store.close()
    assert len(rows(store)) == 3, "and the trail can be taken up again"


def test_a_call_with_cards_that_cannot_be_kept_is_told(store):
    with store._database.writing() as connection:
        cards.drop(connection)
    with pytest.raises(StoreUnavailable):
        store.audit.record(call(cards=(ShownCard(UUID, ("a",), "info"),)))
    assert rows(store) == [], "and nothing half done stays"


def test_a_patient_is_a_digest_that_needs_the_key():
    digest = patient_digest("k" * 16, "main", "p1")
    others = [patient_digest(*given) for given in [("l" * 16, "main", "p1"), ("k" * 16, "other", "p1"), ("k" * 16, "main", "p2")]]
    assert len(digest) == 64
    assert digest == patient_digest("k" * 16, "main", "p1")
    assert digest not in others


class Target:
    """Where rows go; ``broken`` while they cannot."""

    def __init__(self):
        self.batches = []
        self.broken = False
        self.tried = threading.Event()
        self.written = threading.Event()

    @property
    def rows(self):
        return [row for batch in self.batches for row in batch]

    def __call__(self, rows):
        self.tried.set()
        if self.broken:
            raise StoreUnavailable("away")
        self.batches.append(list(rows))
        self.written.set()


def test_rows_are_written_together_without_being_asked_for():
    target = Target()
    waiting = Backlog(target, interval=0.05)
    for number in range(3):
        waiting.add(number)
    assert target.written.wait(PATIENCE)
    waiting.close()
    assert target.rows == [0, 1, 2]


def test_many_rows_do_not_wait_for_more(monkeypatch):
    monkeypatch.setattr(backlog, "BATCH", 10)
    target = Target()
    waiting = Backlog(target, interval=PATIENCE)
    for number in range(25):
        waiting.add(number)
    assert target.written.wait(PATIENCE / 2)
    waiting.close()
    assert [len(batch) for batch in target.batches] == [10, 10, 5]


def test_rows_stay_until_they_can_be_written():
    target = Target()
    target.broken = True
    waiting = Backlog(target, interval=0.01)
    waiting.add("a")
    assert target.tried.wait(PATIENCE)
    waiting.add("b")
    target.broken = False
    assert target.written.wait(PATIENCE)
    waiting.close()
    assert target.rows == ["a", "b"]


def test_when_too_many_wait_the_next_is_refused(monkeypatch):
    monkeypatch.setattr(backlog, "MOST", 2)
    target = Target()
    target.broken = True
    waiting = Backlog(target, interval=0.01)
    waiting.add("a")
    waiting.add("b")
    with pytest.raises(StoreUnavailable, match="too many audit rows wait"):
        waiting.add("c")
    target.broken = False
    waiting.close()
    assert target.rows == ["a", "b"]


def test_rows_that_are_lost_at_the_end_are_told_of(caplog):
    target = Target()
    target.broken = True
    waiting = Backlog(target, interval=0.01)
    waiting.add("a")
    with caplog.at_level(logging.ERROR):
        waiting.close()
    assert caplog.messages == ["1 audit rows could not be written before the end"]


def test_closing_what_never_began_is_no_failure():
    Backlog(Target()).close()


def test_the_end_of_a_process_writes_what_waits(database_url):
    script = f"""
from cds_service.store import open_store
from tests.unit.store.test_audit import call
open_store({database_url!r}).audit.record(call())
"""
    subprocess.run([sys.executable, "-c", script], check=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, timeout=60)
    from cds_service.store import open_store

    store = open_store(database_url)
    assert len(rows(store)) == 1
    store.close()


def record(store_url, barrier, number):
    from cds_service.store import open_store

    store = open_store(store_url)
    barrier.wait()
    for one in range(20):
        store.audit.record(call(service=f"{number}", cards=(ShownCard(UUID, (f"{one}",), "info"),)))
        store.audit.record(call(service=f"{number}"))
    store.close()


def test_processes_mix_nothing_up(store, database_url):
    context = forkserver()
    barrier = context.Barrier(3)
    workers = [context.Process(target=record, args=(database_url, barrier, number)) for number in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(PATIENCE)
    assert len(rows(store)) == 120
    services = {row["id"]: row["service"] for row in rows(store)}
    shown = sorted((services[row["invocation"]], int(json.loads(row["codes"])[0])) for row in rows(store, cards))
    assert shown == [(f"{number}", one) for number in range(3) for one in range(20)]
