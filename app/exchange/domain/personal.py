"""Where the exchange with partners keeps data about people."""

from __future__ import annotations

from app.core.personal_data import gone, pointer, proven, unnamed

gone("files", "exports", "user_id")
pointer("files", "import_runs", "user_id")
pointer("files", "exchange_agreements", "user_id")
unnamed("files", "exchange_events", "user_id", "user_name")
proven("files", "exchange_files", "sender")
pointer("files", "punch_out_accesses", "user_id")
pointer("files", "punch_out_trips", "user_id")
pointer("files", "punch_out_visits", "user_id")
