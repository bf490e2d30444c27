"""Client authentication (CDS Hooks 2.0, "Trusting CDS Clients"): a call is signed by a registered client, now, for this endpoint, once."""

from cds_service.tokens.authenticate import Authenticator, Replay
from cds_service.tokens.keys import NotAKeySet, SigningKey, read_jwks
from cds_service.tokens.verify import Keys, KeysUnavailable, Refusal, Token, verify

__all__ = ["Authenticator", "Keys", "KeysUnavailable", "NotAKeySet", "Refusal", "Replay", "SigningKey", "Token", "read_jwks", "verify"]
