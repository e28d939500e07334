"""Where accounts keeps data about people."""

from __future__ import annotations

from app.core.personal_data import (
    by_address,
    company_contact,
    gone,
    kept,
    matter,
    pointer,
    proven,
    unnamed,
)
from app.core.texts import N_

pointer("profile", "users", "id")  # erased last, by the service: address and name become those of nobody
proven("profile", "users", "email", law="asked", years=0)
pointer("profile", "memberships", "user_id")
gone("profile", "contact_consents", "user_id", names=("ip",))
gone("login", "sign_in_sessions", "user_id", names=("ip", "user_agent"))
gone("login", "password_resets", "user_id")
by_address("login", "invitations", "email")
pointer("login", "invitations", "invited_by_id")
gone("login", "api_keys", "user_id", names=("created_by_name", "revoked_by_name"))
pointer("profile", "companies", "manager_id")
company_contact("profile", "companies", "email", "invoice_email", "phone", condition="id = :company_id")
company_contact("profile", "addresses", "contact", "phone")
gone("books", "cost_centre_people", "user_id")
pointer("books", "cost_centres", "manager_id")
kept("books", "budget_entries", "user_id", "user_name", dated="at")
kept("books", "credit_entries", "user_id", "user_name", dated="at")
proven("books", "credit_accounts", "asked_by")
unnamed("sales", "buyer_visits", "staff_id", "staff_name", "decided_by")
pointer("sales", "buyer_visits", "buyer_id")
kept("audit", "erasures", "user_id", law="asked", years=3)
kept("audit", "erasures", "requested_by_id", "requested_by_name", law="asked", years=3)
kept("audit", "erasures", "decided_by_id", "decided_by_name", law="asked", years=3)
gone("audit", "person_exports", "user_id")
unnamed("audit", "person_exports", "requested_by_id", "requested_by_name")

matter(
    N_("Nobody else administers this portal."),
    person_sql="""SELECT count(*) FROM memberships m WHERE m.user_id = :user_id AND m.role = 'operator_admin' AND m.is_active
        AND NOT EXISTS (SELECT FROM memberships o WHERE o.role = 'operator_admin' AND o.is_active AND o.user_id <> m.user_id)""",
)
