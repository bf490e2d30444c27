"""Every setting of the service, read once from the environment; nothing else reads it.

``deploy/sample.env`` names each with a comment. A value that cannot be used stops the start with one line that says why.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from cds_service.errors import ServiceError
from cds_service.knowledge import shipped_content

PREFIX = "CDS_"
MIB = 1024 * 1024
OPEN = (
    "CDS_HOST: listening beyond this machine needs clients that authenticate (CDS_CLIENTS_FILE), or CDS_ALLOW_UNAUTHENTICATED=1; "
    "set that only where a proxy or a private network guards the service"
)
NO_AUDIENCE = (
    "CDS_PUBLIC_URL: is needed where clients authenticate and the service listens beyond this machine; "
    "their tokens name the address that they call, and only this setting says what that is"
)

Words = Annotated[tuple[str, ...], NoDecode]


class SettingsError(ServiceError):
    """The environment cannot be used; ``problems`` has one line for each setting at fault."""

    remedy = "Correct the environment; deploy/sample.env explains every setting."

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class Settings(BaseSettings):
    """The settings of one process, frozen. The field ``max_body_bytes`` is the variable ``CDS_MAX_BODY_BYTES``."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    public_url: str | None = None
    content_dir: Path = Field(default_factory=shipped_content)
    disabled_codes: Words = ()
    parameters_file: Path | None = None
    prefetch_aliases: Annotated[dict[str, str], NoDecode] = Field(default_factory=dict)
    hooks_version: Literal["2.0", "3.0"] = "2.0"
    timezone: str = "UTC"
    max_body_bytes: int = Field(default=32 * MIB, ge=1024)
    allow_unauthenticated: bool = False
    clients_file: Path | None = None
    token_leeway_seconds: int = Field(default=10, ge=0, le=300)
    ca_file: Path | None = None
    database_url: str = Field(default="sqlite:///cds-service.db", repr=False)  # may hold a password
    audit: bool = True
    audit_patient_key: SecretStr | None = Field(default=None, min_length=16)
    deadline_ms: int = Field(default=400, ge=10, le=60_000)
    cors_origins: Words = ("*",)
    workers: int = Field(default=2, ge=1, le=64)
    threads: int = Field(default=4, ge=1, le=64)
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("disabled_codes", "cors_origins", mode="before")
    @classmethod
    def _words(cls, value: Any) -> Any:
        return tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value

    @field_validator("prefetch_aliases", mode="before")
    @classmethod
    def _pairs(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        pairs = [pair.partition("=") for pair in value.split(",") if pair.strip()]
        if any(not (theirs.strip() and ours.strip()) for theirs, _, ours in pairs):
            raise ValueError("must be pairs like theirs=ours, separated by commas")
        return {theirs.strip(): ours.strip() for theirs, _, ours in pairs}

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("must be a time zone name such as Europe/Paris") from None
        return value

    @field_validator("public_url")
    @classmethod
    def _absolute(cls, value: str | None) -> str | None:
        parts = urlsplit(value) if value is not None else None
        if parts is not None and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
            raise ValueError("must be an absolute http or https address without query, such as https://cds.example.org/base")
        return value.rstrip("/") if value is not None else None

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            parts = urlsplit(origin)
            if origin != "*" and (parts.scheme not in ("http", "https") or not parts.netloc or parts.path or parts.query):
                raise ValueError("must be * or origins such as https://ehr.example.org, separated by commas, without a path")
        return value

    @field_validator("clients_file", "ca_file")
    @classmethod
    def _file(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError("is not a file that can be read")
        return value

    @field_validator("content_dir")
    @classmethod
    def _folder(cls, value: Path) -> Path:
        if not value.is_dir():
            raise ValueError("is not a folder that can be read")
        return value

    @model_validator(mode="after")
    def _not_open_by_accident(self) -> Settings:
        if self.is_open and not self.allow_unauthenticated and self.clients_file is None:
            raise ValueError(OPEN)
        return self

    @property
    def is_open(self) -> bool:
        """Whether others than this machine can connect."""
        return not self.is_loopback

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can connect."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False

    @property
    def bind(self) -> str:
        """``host:port`` as gunicorn wants it, IPv6 in brackets."""
        host = self.host.strip("[]")
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    @property
    def base_url(self) -> str:
        """The address that clients use: the public one if it is set."""
        return self.public_url or f"http://{self.bind}"

    @property
    def base_path(self) -> str:
        """The path of the public address, ``""`` at the root of a host."""
        return urlsplit(self.public_url).path if self.public_url else ""

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone in which "today" is taken."""
        return ZoneInfo(self.timezone)


def load_settings(**overrides: Any) -> Settings:
    """Read the environment; ``overrides`` (from command-line options) win. Raises :class:`SettingsError`."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise SettingsError([_line(item) for item in error.errors(include_url=False, include_context=False, include_input=False)]) from None


def unknown_variables(environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Variables that look like settings and are none, so that a slip of the pen can be told."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    names = os.environ if environment is None else environment
    return tuple(sorted(name for name in names if name.startswith(PREFIX) and name not in known))


def _line(error: Mapping[str, Any]) -> str:
    """One problem as ``CDS_PORT: …``."""
    location = error["loc"]
    text = str(error["msg"]).removeprefix("Value error, ")
    return f"{PREFIX}{str(location[0]).upper()}: {text}" if location else text
