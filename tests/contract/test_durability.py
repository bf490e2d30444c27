"""What was acknowledged is there after ``kill -9``: feedback, and the rows of answers with cards."""

import json
import os
import signal
import threading
from contextlib import closing
from http.client import HTTPConnection, HTTPException

import pytest
from sqlalchemy import select

from cds_service.store import open_store
from cds_service.store.tables import cards, feedback, invocations
from tests.builders import plants
from tests.builders.serving import served

POSTS, SENDERS, ENOUGH = 1000, 4, 400
PATIENCE = 30


class Senders:
    """Threads that post feedback and call the hook, and note what was acknowledged, until the service is gone."""

    def __init__(self, port):
        self.port = port
        self.acknowledged = set()
        self.shown = set()
        self.half_way = threading.Event()
        self.threads = [threading.Thread(target=self._report, args=(number,)) for number in range(SENDERS)]
        self.threads.append(threading.Thread(target=self._call))

    def run_until_killed(self, group):
        for thread in self.threads:
            thread.start()
        assert self.half_way.wait(PATIENCE)
        os.killpg(group, signal.SIGKILL)
        for thread in self.threads:
            thread.join(PATIENCE)

    def _report(self, number):
        for one in range(number, POSTS, SENDERS):
            answer = self._post("/cds-services/plants/feedback", posted(one))
            if answer is None:
                return
            if answer[0] == 200:
                self.acknowledged.add(f"c{one}")
            if len(self.acknowledged) >= ENOUGH and self.shown:
                self.half_way.set()

    def _call(self):
        while (answer := self._post("/cds-services/plants", plants.call(dry=True))) is not None:
            if answer[0] == 200:
                self.shown.add((answer[1], answer[2]["cards"][0]["uuid"]))

    def _post(self, path, body):
        """Status, request id and body of an answer; ``None`` once there is nobody to answer."""
        try:
            with closing(HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
                connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
                answer = connection.getresponse()
                return answer.status, answer.headers["X-Request-Id"], json.loads(answer.read())
        except (OSError, HTTPException, ValueError):
            return None


def posted(one):
    report = {
        "card": f"c{one}",
        "outcome": "overridden",
        "outcomeTimestamp": "2026-11-21T12:00:00Z",
        "overrideReason": {"userComment": "x"},
    }
    return {"feedback": [report]}


@pytest.fixture
def stored(database_url):
    """What a query finds, read past the service."""

    def find(query):
        store = open_store(database_url, make=False)
        with closing(store), store._database.reading() as connection:
            return [tuple(row) for row in connection.execute(query)]

    return find


def test_what_was_acknowledged_is_there_after_a_kill(database_url, stored, tmp_path):
    settings = {"CDS_DATABASE_URL": database_url, "CDS_CONTENT_DIR": str(plants.write_content(tmp_path / "plants"))}
    with served(tmp_path, **settings) as service:
        senders = Senders(service.port)
        senders.run_until_killed(service.process.pid)

    assert ENOUGH <= len(senders.acknowledged) < POSTS, "killed in the middle"
    with served(tmp_path, **settings) as service:
        kept = {card for (card,) in stored(select(feedback.c.card))}
        assert senders.acknowledged <= kept, "acknowledged, so stored"
        shown = stored(select(invocations.c.request_id, cards.c.card).join(cards, cards.c.invocation == invocations.c.id))
        assert senders.shown <= set(shown), "shown, so on record"
        # What was not acknowledged is sent again, as any client would do; nothing comes to stand twice
        for one in range(POSTS):
            if f"c{one}" not in senders.acknowledged:
                assert service.ask("/cds-services/plants/feedback", posted(one)) == (200, {})
    assert sorted(card for (card,) in stored(select(feedback.c.card))) == sorted(f"c{one}" for one in range(POSTS))


def test_a_stop_writes_what_waits(database_url, stored, tmp_path):
    settings = {"CDS_DATABASE_URL": database_url, "CDS_CONTENT_DIR": str(plants.write_content(tmp_path / "plants"))}
    with served(tmp_path, **settings) as service:
        for _ in range(5):
            assert service.ask("/cds-services/plants", plants.call(dry=False)) == (200, {"cards": []})
    assert stored(select(invocations.c.status, invocations.c.cards)) == [(200, 0)] * 5
