"""The tables as the code uses them. How a database comes to them is in ``migrations``; a test holds the two together."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Dialect, Index, Integer, MetaData, String, Table, Text
from sqlalchemy.types import TypeDecorator

metadata = MetaData()


class Moment(TypeDecorator[datetime]):
    """A point in time, UTC, with its zone on the way in and out whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """To the database."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """From the database."""
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text of others: what no database can hold (NUL, half characters) becomes the replacement character."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """To the database."""
        return None if value is None else storable(value)


def storable(text: str) -> str:
    """A text as a database can hold it."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()


heartbeat = Table("heartbeat", metadata, Column("id", Integer, primary_key=True), Column("at", Moment, nullable=False))

used_tokens = Table(
    "used_tokens",
    metadata,
    Column("issuer", Words, primary_key=True),
    Column("jti_sha256", String(64), primary_key=True),
    Column("expires", BigInteger, nullable=False),
    Index("used_tokens_expires", "expires"),
)
