"""Where billing keeps data about people: books are kept by law, with who kept them."""

from __future__ import annotations

from app.core.personal_data import by_address, kept, matter, pointer, proven
from app.core.texts import N_

for _table in ("closed_periods", "invoice_disputes", "invoice_matches", "invoice_runs"):
    kept("books", _table, "user_id", "user_name")
for _table in ("bank_statements", "debit_runs", "online_payments", "payment_promises", "settlements"):
    proven("books", _table, "user_name")
proven("books", "dunning_runs", "user_name", "approved_by")
pointer("books", "disposals", "proposed_by_id", "approved_by_id")
proven("books", "disposals", "proposed_by", "approved_by")
proven("books", "legal_holds", "set_by", "released_by")
pointer("books", "invoices", "cancelled_by_id")
proven("books", "legal_entities", "email", "phone", years=0)
by_address("books", "document_subscriptions", "email", "user_name")
pointer("books", "vat_checks", "user_id")

matter(
    N_("A legal hold: nothing may go while it lasts"),
    person_sql="""SELECT count(*) FROM legal_holds h WHERE h.released_at IS NULL AND (h.company_id IS NULL
        OR h.company_id IN (SELECT company_id FROM memberships WHERE user_id = :user_id))""",
    company_sql="SELECT count(*) FROM legal_holds WHERE released_at IS NULL AND (company_id IS NULL OR company_id = :company_id)",
)
