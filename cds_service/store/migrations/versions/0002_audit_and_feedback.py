"""The audit trail of hook calls with their cards, and what became of cards."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables."""
    _add_invocations()
    _add_cards()
    _add_feedback()


def _add_invocations() -> None:
    op.create_table(
        "invocations",
        sa.Column("id", _ROW, primary_key=True),
        sa.Column("time", _MOMENT, nullable=False),
        sa.Column("request_id", sa.String(36), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text()),
        sa.Column("tenant", sa.Text()),
        sa.Column("service", sa.Text()),
        sa.Column("hook", sa.Text()),
        sa.Column("hook_instance", sa.String(36)),
        sa.Column("plans", sa.Text()),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("cards", sa.SmallInteger(), nullable=False),
        sa.Column("ms", sa.Float(), nullable=False),
        sa.Column("respond_ms", sa.Float()),
        sa.Column("fetch_ms", sa.Float()),
        sa.Column("patient", sa.String(64)),
    )
    op.create_index("invocations_time", "invocations", ["time"])


def _add_cards() -> None:
    op.create_table(
        "cards",
        sa.Column("invocation", _ROW, sa.ForeignKey("invocations.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.SmallInteger(), primary_key=True, autoincrement=False),
        sa.Column("card", sa.String(36), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("indicator", sa.String(16), nullable=False),
    )
    op.create_index("cards_card", "cards", ["card"])


def _add_feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", _ROW, primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("received", _MOMENT, nullable=False),
        sa.Column("received_last", _MOMENT, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text()),
        sa.Column("tenant", sa.Text()),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("outcome_time", _MOMENT),
        sa.Column("accepted", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text()),
        sa.Column("extension", sa.Text()),
    )
    op.create_index("feedback_digest", "feedback", ["digest"], unique=True)
    op.create_index("feedback_card", "feedback", ["card"])
