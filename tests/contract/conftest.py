"""The shipped service behind its web edge."""

import io
import json

import pytest

from cds_service.settings import Settings
from cds_service.web import create_app
from cds_service.wiring import build
from tests.builders import AS_OF


class Client:
    """Posts hook calls, and holds every answer to what any caller may expect."""

    def __init__(self, application):
        self.application = application
        self.log = io.BytesIO()
        self.http = create_app(application, self.log).test_client()

    def service(self, hook):
        """The id of the service at a hook."""
        return next(service for service, name in self.application.services if name == hook)

    def call(self, body, hook="patient-view", service=None, **options):
        """POST; the answer is JSON, and no defect of ours."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        path = f"/cds-services/{service or self.service(hook)}"
        answer = self.http.post(path, data=data, **{"content_type": "application/json"} | options)
        assert answer.status_code < 500, answer.data[:500]
        assert answer.mimetype == "application/json"
        assert answer.json["resourceType"] == "OperationOutcome" if answer.status_code >= 400 else "cards" in answer.json
        return answer


@pytest.fixture(scope="session")
def application():
    return build(Settings(), today=lambda: AS_OF)


@pytest.fixture
def client(application):
    return Client(application)
