"""How gunicorn serves: read by `cds-service serve`, and by `gunicorn -c deploy/gunicorn.conf.py "cds_service.web:from_environment()"`.

The numbers that a site may want to change are settings (deploy/sample.env); the rest is here.
"""

import gc
import os
from itertools import count

from cds_service.settings import load_settings

_settings = load_settings()

bind = [_settings.bind]
workers = _settings.workers
threads = _settings.threads
# Threads (gthread), with errors in our form
worker_class = "cds_service.web.worker.Worker"
# Each worker listens on a socket of its own: with one shared socket, one worker may take all kept-alive connections
reuse_port = True
# The content is read and checked once, before the workers are forked; a mistake in it stops the start
preload_app = True

# An answer takes milliseconds; a worker that is silent for this long is stuck
timeout = 30
# On SIGTERM: time for answers that are being written
graceful_timeout = 10
keepalive = 15
# Heartbeats go to memory; on a disk they can block a worker
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108
control_socket_disable = True

# The service writes one line per request itself; an access log would repeat it, with the client's address
accesslog = None
errorlog = "-"
# Never debug: gunicorn would write the path of each request, which may name a patient where a client gets it wrong
loglevel = {"debug": "info", "info": "warning"}.get(_settings.log_level, _settings.log_level)


def when_ready(_server):  # noqa: ANN001, ANN201
    """Keep what is loaded out of garbage collection, so that workers go on sharing its memory."""
    gc.collect()
    gc.freeze()
    # A call makes tens of thousands of objects, all of which go with it (tests/contract/test_leftovers.py): looking for others
    # among every 700 of them, as Python does by default, takes a tenth of its time
    gc.set_threshold(50_000)


_answered = count(1)


def post_request(_worker, _request, _environ, _response):  # noqa: ANN001, ANN201
    """Now and then collect the few hundred bytes that each call leaves behind in the web framework, when its answer has gone out."""
    if next(_answered) % 1_000 == 0:
        gc.collect()
