"""Where the sales desk keeps data about people."""

from __future__ import annotations

from app.core.personal_data import gone, pointer, unnamed

pointer("sales", "account_notes", "user_id")
pointer("sales", "cart_actions", "user_id")
pointer("sales", "clearance_proposals", "user_id")
pointer("sales", "handovers", "from_id", "to_id", "created_by_id")
gone("sales", "offer_people", "user_id")
unnamed("sales", "offers", "created_by_id", "created_by_name", "released_by_name")
pointer("sales", "sales_tasks", "assignee_id", "created_by_id", "done_by_id")
gone("profile", "saved_views", "user_id")
