"""What stands between the service and the FHIR server: it passes every request on and keeps what was asked."""

from __future__ import annotations

import requests

from tests.builders.fhir_server import Asked, Exchange, Server

_PATIENCE = 60


class Proxy(Server):
    """A reverse proxy before a FHIR server; ``asked`` holds every request.

    ``tells_its_name``: whether the server behind learns under which name it was called, and so what to write into its links.
    """

    def __init__(self, behind: str, *, tells_its_name: bool = True) -> None:
        super().__init__()
        self.behind = behind.removesuffix("/fhir")
        self.tells_its_name = tells_its_name
        self._session = requests.Session()

    @property
    def base(self) -> str:
        """The base address of the FHIR server, as seen from here."""
        return f"{self.origin}/fhir"

    def __exit__(self, *details: object) -> None:
        super().__exit__(*details)
        self._session.close()

    def default(self, exchange: Exchange, asked: Asked) -> None:
        headers = {"Accept": asked.headers["accept"]}
        if self.tells_its_name:
            headers["Host"] = asked.headers["host"]
        answer = self._session.get(self.behind + exchange.path, headers=headers, timeout=_PATIENCE)
        exchange.send(answer.content, answer.status_code, answer.headers["Content-Type"])
