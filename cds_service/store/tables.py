"""The tables as the code uses them. How a database comes to them is in ``migrations``; a test holds the two together."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Dialect, Float, ForeignKey, Index, Integer, MetaData, SmallInteger, String, Table, Text
from sqlalchemy.types import TypeDecorator

#: The step in ``migrations`` that brings a database to these tables
REVISION = "0002"

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

# A number of its own for each row; SQLite numbers rows by itself only where the key is called INTEGER
_ROW = BigInteger().with_variant(Integer, "sqlite")

invocations = Table(
    "invocations",
    metadata,
    Column("id", _ROW, primary_key=True),
    Column("time", Moment, nullable=False),
    Column("request_id", String(36), nullable=False),
    Column("client", Words, nullable=False),
    Column("issuer", Words),
    Column("tenant", Words),
    Column("service", Words),
    Column("hook", Words),
    Column("hook_instance", String(36)),
    Column("plans", Text),
    Column("content", Text, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("error", Text),
    Column("cards", SmallInteger, nullable=False),
    Column("ms", Float, nullable=False),
    Column("respond_ms", Float),
    Column("fetch_ms", Float),
    Column("patient", String(64)),
    Index("invocations_time", "time"),
)

cards = Table(
    "cards",
    metadata,
    Column("invocation", _ROW, ForeignKey("invocations.id", ondelete="CASCADE"), primary_key=True),
    Column("position", SmallInteger, primary_key=True, autoincrement=False),
    Column("card", String(36), nullable=False),
    Column("topic", Text, nullable=False),
    Column("codes", Text, nullable=False),
    Column("indicator", String(16), nullable=False),
    Index("cards_card", "card"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", _ROW, primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("received", Moment, nullable=False),
    Column("received_last", Moment, nullable=False),
    Column("times", Integer, nullable=False),
    Column("client", Words, nullable=False),
    Column("issuer", Words),
    Column("tenant", Words),
    Column("service", Text, nullable=False),
    Column("card", Words, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("outcome_time", Moment),
    Column("accepted", Words, nullable=False),
    Column("reasons", Words, nullable=False),
    Column("comment", Words),
    Column("extension", Words),
    Index("feedback_digest", "digest", unique=True),
    Index("feedback_card", "card"),
)
