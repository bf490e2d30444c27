"""What went wrong is told by kind and place, never by what an error says."""

import logging
import sys
import threading

import pytest
from gunicorn.workers.gthread import ThreadWorker

from cds_service.web.worker import Worker
from tests.builders.stderr import bare

SECRET = "Margaret-4711"


class Leaves:
    """Something that fails when it is thrown away."""

    def __del__(self):
        raise KeyError(SECRET)


def fails():
    try:
        int(SECRET)
    except ValueError as error:
        raise KeyError(SECRET) from error


def logged():
    try:
        fails()
    except KeyError:
        logging.getLogger("some.library").exception("something failed")


def ended():
    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()


def thrown_away():
    Leaves()


@pytest.mark.parametrize(
    ("fail", "said"),
    [
        (logged, "ERROR some.library: something failed"),
        (ended, "ERROR cds_service.web: a thread has ended"),
        (thrown_away, "ERROR cds_service.web: an error was ignored"),
    ],
)
def test_standard_error_has_the_kind_and_the_lines(fail, said):
    with bare() as stderr:
        fail()
    first, second = stderr.getvalue().splitlines()
    assert first == said
    assert second.startswith("KeyError at ")
    assert f"{__name__}:" in second
    assert SECRET not in stderr.getvalue()


def test_a_worker_has_its_own_log_say_no_more(monkeypatch):
    monkeypatch.setattr(ThreadWorker, "init_process", lambda _: None)
    worker = object.__new__(Worker)
    server = logging.Logger("server")  # noqa: LOG001 one that nobody else has
    worker.log = type("Log", (), {"error_log": server})
    with bare():
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("[%(levelname)s] %(message)s"))
        server.addHandler(handler)
        worker.init_process()
        try:
            fails()
        except KeyError:
            server.exception("Error handling request")
        assert sys.stderr.getvalue().startswith("[ERROR] Error handling request\nKeyError at ")
        assert SECRET not in sys.stderr.getvalue()
