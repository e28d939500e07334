"""Where ordering keeps data about people."""

from __future__ import annotations

from app.core.personal_data import gone, kept, matter, pointer, proven, unnamed
from app.core.texts import N_

gone("carts", "active_carts", "user_id", "staff_id")
gone("carts", "cart_members", "user_id")
gone("carts", "cart_visits", "user_id")
gone("carts", "order_file_columns", "user_id")
gone("carts", "requisition_shares", "user_id")
pointer("carts", "requisition_lists", "owner_id")
pointer("carts", "carts", "user_id")
unnamed("carts", "carts", "changed_by_id", "changed_by")
unnamed("carts", "carts", "staff_id", "staff_name")
unnamed("carts", "cart_lines", "changed_by_id", "changed_by")
pointer("carts", "order_uploads", "user_id")
proven("carts", "requisition_lists", "decided_by", "created_by", "changed_by", years=0)
proven("carts", "requisition_lines", "changed_by", years=0)
gone("orders", "approval_deputies", "user_id", "deputy_id")
gone("orders", "approval_limits", "user_id")
gone("orders", "approval_links", "user_id")
pointer("orders", "approval_seats", "user_id", "holder_id", "decided_by_id")
pointer("orders", "approvals", "user_id")
proven("orders", "approval_lines", "changed_by")
kept("orders", "orders", "user_id", dated="placed_at")
kept("orders", "orders", "staff_id", "staff_name", dated="placed_at")
kept("orders", "order_changes", "user_id", "user_name")
kept("orders", "order_requests", "user_id", "user_name", "decided_by")
proven("orders", "order_proposals", "user_name", "answer_by", "answered_by")
pointer("orders", "standing_orders", "owner_id")
proven("orders", "standing_runs", "answer_by")

matter(
    N_("Orders that are not delivered yet"),
    person_sql="""SELECT count(*) FROM orders WHERE user_id = :user_id
        AND state IN ('placed', 'confirmed', 'in_delivery') AND source <> 'history'""",
    company_sql="""SELECT count(*) FROM orders WHERE company_id = :company_id
        AND state IN ('placed', 'confirmed', 'in_delivery') AND source <> 'history'""",
)
matter(
    N_("Standing orders that go on"),
    person_sql="SELECT count(*) FROM standing_orders WHERE owner_id = :user_id AND state = 'active'",
    company_sql="SELECT count(*) FROM standing_orders WHERE company_id = :company_id AND state = 'active'",
)
matter(
    N_("Requests for approval that wait"),
    person_sql="SELECT count(*) FROM carts WHERE user_id = :user_id AND state = 'awaiting_approval'",
    company_sql="SELECT count(*) FROM carts WHERE company_id = :company_id AND state = 'awaiting_approval'",
)
