"""What accounts adds to the frame of every page: company, person, and a banner for accounts that cannot buy."""

from __future__ import annotations

from flask import render_template

from app.accounts.domain.roles import CompanyKind, CompanyState
from app.accounts.domain.text_settings import FOOTER, WELCOME
from app.accounts.policy import Permission
from app.accounts.views.sign_in import person
from app.core.operator_settings import setting_text
from app.web.access import actor
from app.web.operator_text import operator_text
from app.web.slots import slot
from app.web.texts import language


@slot("layout.top.company")
def company_button() -> str | None:
    return render_template("accounts/_top_company.html", person=person(), can_open=actor().can(Permission.READ_COMPANY))


@slot("layout.person.menu")
def person_links() -> str | None:
    return render_template("accounts/_person_menu.html", person=person())


@slot("layout.person.end")
def sign_out_form() -> str | None:
    return render_template("accounts/_sign_out.html")


@slot("insights.start.top")
def welcome(**_context: object) -> str | None:
    """The operator's words for customers, on the page they start on."""
    text = "" if actor().is_operator else setting_text(WELCOME, language())
    return f'<div class="k-own-text">{operator_text(text)}</div>' if text else None


@slot("layout.main.foot")
def foot() -> str | None:
    """The operator's words under every page of customers."""
    text = "" if actor().is_operator else setting_text(FOOTER, language())
    return f'<footer class="k-own-foot">{operator_text(text)}</footer>' if text else None


@slot("layout.main.top")
def stopped_banner() -> str | None:
    """Buyers see on every page why they cannot buy, or not on account."""
    found = person()
    if found.kind != CompanyKind.CUSTOMER or found.state != CompanyState.APPROVED:
        return None
    if not (found.is_blocked or found.is_on_credit_hold):
        return None
    return render_template("accounts/_stopped.html", person=found)
