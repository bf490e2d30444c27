"""A real FHIR server with the synthetic patients, and the service beside it: started once for all tests here."""

import pytest

from tests.builders.tokens import Issuer
from tests.e2e import hapi, programs, service
from tests.e2e.patients import PATIENTS
from tests.e2e.proxy import Proxy
from tests.e2e.sandbox import Sandbox

PAGE = 3  # matches on a page: few, so that nearly every search has several
HOSPITAL = Issuer()
SANDBOX = Sandbox()


def pytest_sessionstart():
    """Say at once what is missing, rather than in every test."""
    if problem := programs.missing():
        pytest.exit(problem, returncode=1)


@pytest.fixture(scope="session")
def fhir(tmp_path_factory):
    """The base address of a HAPI FHIR server that holds the patients."""
    with hapi.running(PAGE, tmp_path_factory.mktemp("fhir") / "log") as base:
        hapi.load(base, [resource for patient in PATIENTS for resource in (patient.demographics(), *patient.resources)])
        yield base


@pytest.fixture(scope="session")
def proxy(fhir):
    with Proxy(fhir) as running:
        yield running


@pytest.fixture(scope="session")
def misnamed(fhir):
    """A proxy whose FHIR server links to itself under a name that is not the proxy's."""
    with Proxy(fhir, tells_its_name=False) as running:
        yield running


@pytest.fixture(scope="session")
def cds(fhir, proxy, misnamed, tmp_path_factory):
    """The service with both clients. Time is no matter here: the machine has much else to do."""
    folder = tmp_path_factory.mktemp("service")
    clients = {HOSPITAL: [proxy.base, misnamed.base], SANDBOX: [fhir]}
    with service.running(folder, clients, CDS_DEADLINE_MS="30000") as running:
        yield running
