"""Pairs of duplicates are found from either of their tickets."""

from collections.abc import Sequence

from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(op.f("ix_duplicate_pairs_other_id"), "duplicate_pairs", ["other_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_duplicate_pairs_other_id"), table_name="duplicate_pairs")
