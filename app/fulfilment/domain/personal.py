"""Where deliveries and returns keep data about people."""

from __future__ import annotations

from app.core.personal_data import kept, matter, pointer, proven, unnamed
from app.core.texts import N_

unnamed("goods", "waves", "user_id", "user_name")
unnamed("goods", "pick_lists", "picker_id", "picker_name")
proven("goods", "pick_lines", "picked_by", years=0)
pointer("goods", "shipments", "user_id")
kept("goods", "shipment_proofs", "user_id", "user_name")
kept("goods", "returns", "user_id", "user_name")
pointer("goods", "goods_receipts", "user_id")
kept("goods", "claims", "user_id", "user_name")

matter(
    N_("Claims and returns that are open"),
    person_sql="SELECT count(*) FROM claims WHERE user_id = :user_id AND state NOT IN ('closed', 'refused', 'withdrawn')",
    company_sql="SELECT count(*) FROM claims WHERE company_id = :company_id AND state NOT IN ('closed', 'refused', 'withdrawn')",
)
