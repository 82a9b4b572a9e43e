"""Openings of the vault are found among all events."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_VAULT_OPENED = sa.text("kind = 'vault_opened'")


def upgrade() -> None:
    op.create_index(
        "ix_ticket_events_vault",
        "ticket_events",
        ["id"],
        sqlite_where=_VAULT_OPENED,
        postgresql_where=_VAULT_OPENED,
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_events_vault", "ticket_events")
