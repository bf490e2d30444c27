"""Who calls: the check of the token, and last that it comes for the first time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cds_service.cds_clients import Caller, CdsClients
from cds_service.errors import Unauthenticated
from cds_service.tokens.verify import Keys, Refusal, verify


class Replay(Protocol):
    """The memory of used token ids, common to all workers and lasting beyond a restart."""

    def first_use(self, issuer: str, jti: str, expires: int) -> bool:
        """Note an id until the second ``expires`` (Unix time); whether it was new. Of callers at the same time, one is told yes."""
        ...


@dataclass(frozen=True, slots=True)
class Authenticator:
    """Tells who makes a call; ``leeway`` in seconds, ``clock`` gives Unix seconds."""

    clients: CdsClients
    keys: Keys
    replay: Replay
    leeway: float
    clock: Callable[[], float] = time.time

    def caller(self, authorization: str | None, endpoint: str) -> Caller:
        """The CDS Client of a call. Raises :class:`Unauthenticated`, and what the memory of ids raises when it cannot be reached.

        An id counts as used only once everything else is right: nobody can use up the ids of a client without its key.
        """
        token = verify(authorization, self.clients, self.keys, self.clock(), endpoint, self.leeway)
        if not self.replay.first_use(str(token.caller.issuer), token.jti, token.expires):
            raise Unauthenticated(Refusal.REPLAYED)
        return token.caller
