"""Where inventory keeps data about people."""

from __future__ import annotations

from app.core.personal_data import gone, pointer, proven

gone("goods", "stock_watches", "user_id")
pointer("goods", "stock_adjustments", "user_id")
pointer("goods", "stock_counts", "user_id")
pointer("goods", "stock_moves", "user_id")
pointer("goods", "stock_transfers", "user_id")
pointer("goods", "supplier_articles", "decided_by_id")
proven("goods", "stock_count_lines", "counted_by")
proven("goods", "stock_counts", "approved_by")
