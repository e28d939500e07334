"""Where pricing keeps data about people."""

from __future__ import annotations

from app.core.personal_data import pointer, proven

pointer("prices", "price_changes", "user_id")
pointer("prices", "price_effects", "user_id")
pointer("prices", "price_files", "user_id")
proven("prices", "price_lists", "submitted_by", "approved_by")
