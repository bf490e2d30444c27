"""The Flask application: routes, errors, headers and the request log around one :class:`~cds_service.wiring.Application`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, BinaryIO

from flask import Flask

from cds_service.settings import load_settings
from cds_service.web import audit, auth, errors, feedback, headers, health, log, openapi, services
from cds_service.web.call import Call
from cds_service.web.reply import OrjsonProvider
from cds_service.web.traces import places
from cds_service.wiring import Application, build

WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]


def create_app(application: Application, log_stream: BinaryIO | None = None) -> Flask:
    """Build the web edge of an application; ``log_stream`` takes the request log in place of standard output."""
    app = _Edge("cds_service", static_folder=None)
    app.request_class = Call
    app.json = OrjsonProvider(app)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # a redirect would be neither JSON nor wanted by any client
    log.install(app, log.make_logger(application.settings.log_level, log_stream))
    headers.install(app, application.settings.cors_origins)
    auth.install(app, application)
    errors.install(app)
    audit.install(app, application)
    app.register_blueprint(services.blueprint(application))
    app.register_blueprint(feedback.blueprint(application))
    app.register_blueprint(openapi.blueprint(application))
    app.register_blueprint(health.blueprint(application))
    if application.settings.base_path:
        app.wsgi_app = _below(application.settings.base_path, app.wsgi_app)  # type: ignore[method-assign,assignment]
    return app


def from_environment() -> Flask:
    """The application as the environment describes it, for any WSGI server."""
    application = build(load_settings())
    log.tell_start(application)
    return create_app(application)


class _Edge(Flask):
    """Flask, but for what it writes on standard error when an answer cannot be finished: the path and what the error says."""

    def log_exception(self, exc_info: Any) -> None:
        """The kind of error and the lines of code."""
        kind, _, traceback = exc_info
        self.logger.error("an answer could not be finished: %s at %s", getattr(kind, "__name__", "?"), ", ".join(places(traceback)))


def _below(base: str, app: WSGI) -> WSGI:
    """Serve below the path of the public address too, for proxies that do not strip it."""

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == base or path.startswith(f"{base}/"):
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + base
            environ["PATH_INFO"] = path[len(base) :] or "/"
        return app(environ, start_response)

    return application
