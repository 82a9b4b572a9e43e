"""Open questions grouped by meaning, and stored test questions.

The questions that conversations kept so far join the queue; they are grouped when the service runs.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from foundation.database.base import UtcDateTime

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "question_groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("matter_code", sa.String(length=16), nullable=True),
        sa.Column("owner", sa.String(length=32), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_provisional", sa.Boolean(), nullable=False),
        sa.Column("draft_code", sa.String(length=16), nullable=True),
        sa.Column("answered_code", sa.String(length=16), nullable=True),
        sa.Column("answered_version", sa.Integer(), nullable=True),
        sa.Column("dismissed_reason", sa.Text(), nullable=True),
        sa.Column("closed_by", sa.String(length=32), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("meaning", sa.LargeBinary(), nullable=True),
        sa.Column("encoder", sa.String(length=128), nullable=True),
        sa.Column("meant", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_groups")),
    )
    with op.batch_alter_table("question_groups", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_question_groups_draft_code"), ["draft_code"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_question_groups_owner"), ["owner"], unique=False)
        batch_op.create_index("ix_question_groups_state", ["state", "last_seen_at"], unique=False)

    op.create_table(
        "stored_tests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("facet", sa.String(length=32), nullable=True),
        sa.Column("added_by", sa.String(length=32), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_tests")),
        sa.UniqueConstraint("code", "question", name=op.f("uq_stored_tests_code")),
    )
    op.create_table(
        "open_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=80), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("masked_text", sa.Text(), nullable=False),
        sa.Column("matter_code", sa.String(length=16), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["question_groups.id"],
            name=op.f("fk_open_questions_group_id_question_groups"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_questions")),
        sa.UniqueConstraint("origin", name=op.f("uq_open_questions_origin")),
    )
    with op.batch_alter_table("open_questions", schema=None) as batch_op:
        batch_op.create_index("ix_open_questions_group", ["group_id", "id"], unique=False)
    _take_over()
    with op.batch_alter_table("unanswered_questions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unanswered_questions_conversation_id"))

    op.drop_table("unanswered_questions")


def _take_over() -> None:
    connection = op.get_bind()
    # Each was stored once a rating: what was rated over and over counts by its own number.
    taken = connection.execute(
        sa.text(
            "INSERT INTO open_questions"
            " (origin, source, channel, masked_text, asked_at)"
            " SELECT 'unanswered:' || CAST(q.id AS VARCHAR(20)), q.reason, c.channel,"
            " q.masked_text, q.at"
            " FROM unanswered_questions AS q JOIN conversations AS c ON c.id = q.conversation_id"
            " ORDER BY q.id"
        )
    )
    if taken.rowcount:
        _ask_for_grouping(connection)


def _ask_for_grouping(connection: sa.Connection) -> None:
    outbox = sa.table(
        "outbox_messages",
        sa.column("key", sa.String()),
        sa.column("topic", sa.String()),
        sa.column("payload", sa.JSON()),
        sa.column("attempts", sa.Integer()),
        sa.column("next_attempt_at", UtcDateTime()),
        sa.column("dead", sa.Boolean()),
        sa.column("created_at", UtcDateTime()),
    )
    now = datetime.now(UTC)
    connection.execute(
        outbox.insert().values(
            key="question.asked:0003",
            topic="question.asked",
            payload={},
            attempts=0,
            next_attempt_at=now,
            dead=False,
            created_at=now,
        )
    )


def downgrade() -> None:
    op.create_table(
        "unanswered_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("masked_text", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_unanswered_questions_conversation_id_conversations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unanswered_questions")),
    )
    with op.batch_alter_table("unanswered_questions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_unanswered_questions_conversation_id"), ["conversation_id"], unique=False
        )

    with op.batch_alter_table("open_questions", schema=None) as batch_op:
        batch_op.drop_index("ix_open_questions_group")

    op.drop_table("open_questions")
    op.drop_table("stored_tests")
    with op.batch_alter_table("question_groups", schema=None) as batch_op:
        batch_op.drop_index("ix_question_groups_state")
        batch_op.drop_index(batch_op.f("ix_question_groups_owner"))
        batch_op.drop_index(batch_op.f("ix_question_groups_draft_code"))

    op.drop_table("question_groups")
