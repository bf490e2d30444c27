"""A CDS Client in a browser: a page that asks as the public CDS Hooks Sandbox does, and Chromium to show it.

The Sandbox itself is published as source code only; what it sends was recorded (``tests/contract/data``), and the page follows that.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from playwright.sync_api import Browser, sync_playwright

from tests.builders.fhir_server import Asked, Exchange, Server
from tests.builders.tokens import Issuer
from tests.e2e.programs import path_of

_FILES = Path(__file__).parent / "sandbox"
_TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
# As the sandbox does it: tables, and HTML as it stands
_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")
_ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]  # fmt: skip


@dataclass(frozen=True)
class Sandbox(Issuer):
    """The sandbox as a CDS Client; the key is one of this run."""

    name: str = "sandbox"
    issuer: str = "https://sandbox.cds-hooks.org"
    jku: str | None = "https://sandbox.cds-hooks.org/.well-known/jwks.json"
    key_name: str = "sandbox"

    @property
    def kid(self) -> str:
        """The id that the sandbox gives its key."""
        return "44823f3d-0b01-4a6c-a80e-b9d3e8a7226f"


class Page(Server):
    """The page, at an origin of its own."""

    def default(self, exchange: Exchange, asked: Asked) -> None:
        if asked.path == "/render":
            html = _MARKDOWN.render(asked.parameters["markdown"][0])
            exchange.send(html.encode(), kind=_TYPES[".html"])
            return
        file = _FILES / (asked.path.strip("/") or "index.html")
        exchange.send(file.read_bytes(), kind=_TYPES[file.suffix])


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser with a new profile."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path_of("chromium"), args=_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()
