"""Where quotes and tenders keep data about people."""

from __future__ import annotations

from app.core.personal_data import gone, kept, pointer, proven, unnamed

pointer("orders", "quotes", "user_id", "owner_id")
kept("orders", "quotes", "accepted_by_id", "accepted_by")
pointer("orders", "quote_messages", "user_id")
pointer("orders", "quote_versions", "author_id")
unnamed("orders", "quote_releases", "asked_by_id", "asked_by", "decided_by")
gone("orders", "quote_rights", "user_id")
proven("orders", "quote_links", "email", "created_by", "accepted_by")
proven("orders", "quote_lines", "added_by")
gone("tenders", "tender_members", "user_id")
pointer("tenders", "tenders", "author_id")
proven("tenders", "tenders", "contact_name", "contact_email", law="tenders")
pointer("tenders", "member_keys", "user_id")
pointer("tenders", "key_shares", "user_id")
for _table in ("award_refusals", "call_off_answers", "call_off_receipts", "call_offs", "contract_signatures", "scorecards",
               "sourcing_events", "supplier_decisions"):  # fmt: skip
    pointer("tenders", _table, "user_id")
pointer("tenders", "awards", "proposed_by_id", "approved_by_id")
pointer("tenders", "supply_contracts", "created_by_id")
kept("tenders", "bid_decisions", "user_id", "user_name", law="tenders")
kept("tenders", "bid_scores", "user_id", "user_name", law="tenders")
kept("tenders", "evaluation_results", "user_id", "user_name", law="tenders")
kept("tenders", "opening_confirmations", "user_id", "user_name", law="tenders")
kept("tenders", "objections", "user_id", law="tenders")
pointer("tenders", "objections", "decided_by_id")
kept("tenders", "floor_requests", "user_id", "decided_by", law="tenders")
proven("tenders", "clarifications", "asked_by", "answered_by", law="tenders")
proven("tenders", "tender_participants", "email", law="tenders")
