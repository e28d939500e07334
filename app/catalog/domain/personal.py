"""Where the catalogue keeps data about people."""

from __future__ import annotations

from app.core.personal_data import unnamed

unnamed("prices", "bulk_edits", "user_id", "user_name")
unnamed("prices", "media_imports", "user_id", "user_name")
