"""The forms beside a message that waits for a person."""

from __future__ import annotations

from typing import Any

from app.exchange.domain.unknown_codes import UnknownCode
from app.exchange.forms.messages import AssignForm, CodeForm, ReasonForm
from app.exchange.queries.partners import partners
from app.web.access import actor
from app.web.forms import choices


def assign_form() -> AssignForm:
    form = AssignForm()
    form.partner.choices = choices([("", ""), *((one.code, one.name) for one in partners(actor()))])
    return form


def code_form(suggested: list[UnknownCode]) -> CodeForm:
    """Filled with the first code that is not known."""
    if not suggested:
        return CodeForm(formdata=None)
    return CodeForm(formdata=None, kind=suggested[0].kind, theirs=suggested[0].theirs)


def repair_forms(suggested: list[UnknownCode]) -> dict[str, Any]:
    return {"assign_form": assign_form(), "code_form": code_form(suggested), "reason_form": ReasonForm(formdata=None)}
