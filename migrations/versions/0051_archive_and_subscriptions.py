"""Retention, legal hold, subscriptions to documents."""

from __future__ import annotations

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
