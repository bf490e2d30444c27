"""Who may call: the CDS Clients that a site has registered, each with its keys, its FHIR servers and its profile."""

from cds_service.cds_clients.load import ClientsError, load_clients
from cds_service.cds_clients.model import ANYONE, Caller, CdsClient, CdsClients

__all__ = ["ANYONE", "Caller", "CdsClient", "CdsClients", "ClientsError", "load_clients"]
