"""Where figures keep data about people."""

from __future__ import annotations

from app.core.personal_data import gone, pointer

pointer("carts", "abandoned_carts", "user_id", "closed_by_id", "worked_by_id")
gone("carts", "reorder_dismissals", "user_id")
gone("profile", "start_layouts", "user_id")
gone("profile", "report_recipients", "user_id")
gone("profile", "report_runs", "user_id")
pointer("profile", "report_schedules", "user_id")
gone("profile", "saved_reports", "user_id")
gone("sales", "accepted_faults", "user_id")
