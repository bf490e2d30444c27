"""Who may call: the CDS Clients that a site has registered, each with its keys, its FHIR servers and its profile."""

from cds_service.cds_clients.load import ClientsError, load_clients
from cds_service.cds_clients.model import ANYONE, Caller, CdsClient, CdsClients
from cds_service.cds_clients.profile import GENERIC, Profile, load_profile, profile_names

__all__ = [
    "ANYONE",
    "GENERIC",
    "Caller",
    "CdsClient",
    "CdsClients",
    "ClientsError",
    "Profile",
    "load_clients",
    "load_profile",
    "profile_names",
]
