"""What the operator sets without a developer: every declared setting by group, with its default and who changed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import Response, make_response, redirect, request, url_for
from wtforms import BooleanField, SelectField, StringField, TextAreaField

from app.accounts.policy import Permission as AccountPermission
from app.admin.policy import Permission
from app.admin.views import blueprint
from app.billing.policy import Permission as BillingPermission
from app.catalog.policy import Permission as CatalogPermission
from app.core.actor import Scope
from app.core.errors import Invalid
from app.core.operator_setting_kinds import GROUPS, Setting
from app.core.operator_settings import SettingState, change_setting, known_setting, reset_setting, setting_states
from app.inventory.policy import Permission as StockPermission
from app.ordering.policy import Permission as OrderPermission
from app.sourcing.policy import Permission as SourcingPermission
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import DecimalField, Form, choices
from app.web.fragments import render_page
from app.web.texts import LANGUAGES, _, language, say

_SHORT_TEXT = 200
# What has a page of its own is linked, not set twice: endpoint, what it is about, who may open it.
_ELSEWHERE = (
    ("accounts.field_list", _("Own fields of accounts and orders"), AccountPermission.EDIT_TERMS),
    ("catalog.fields", _("Own fields of articles"), CatalogPermission.EDIT),
    ("ordering.order_rules", _("Changing orders: how long, who answers, confirmation"), OrderPermission.CHANGE_RULES),
    ("ordering.delivery_rules", _("Delivery, payment and order values"), OrderPermission.DELIVERY_RULES),
    ("sourcing.quote_settings", _("Quotes: validity, discounts, who answers"), SourcingPermission.QUOTE_RULES),
    ("inventory.stock_rules", _("Stock: what buyers see, lead times, holidays"), StockPermission.RULES),
    ("billing.reminder_rules", _("Reminders of payment"), BillingPermission.DUNNING),
    ("billing.archive", _("How long documents are kept"), BillingPermission.ARCHIVE),
)


class _Number(Form):
    value = DecimalField("", places=0)


class _Decimal(Form):
    value = DecimalField("")


class _Switch(Form):
    value = BooleanField("")


class _Choice(Form):
    value = SelectField("")


class _Line(Form):
    value = StringField("")


class _Text(Form):
    value = TextAreaField("")


class _Texts(Form):
    value_en = TextAreaField(LANGUAGES["en"])
    value_ru = TextAreaField(LANGUAGES["ru"])
    value_uk = TextAreaField(LANGUAGES["uk"])


_FORMS: dict[str, type[Form]] = {
    "number": _Number, "decimal": _Decimal, "switch": _Switch, "choice": _Choice, "text": _Text, "texts": _Texts,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A setting on the page with its own form; `fields` are the inputs, one or one a language."""

    state: SettingState
    form: Form
    fields: Sequence[Any]

    @property
    def anchor(self) -> str:
        return self.state.setting.code.replace(".", "-")


@blueprint.get("/settings")
@requires(Permission.EDIT_SETTINGS, scope=Scope.OPERATOR)
def settings() -> Response:
    return _page()


@blueprint.post("/settings/<code>")
@requires(Permission.EDIT_SETTINGS, scope=Scope.OPERATOR)
def change(code: str) -> Response:
    setting = known_setting(code)
    form = _form(setting, None)
    if form.validate_on_submit():
        try:
            is_changed = change_setting(actor(), code, _entered(setting, form))
        except Invalid as error:
            fields = _fields(form)
            fields[0].errors = [*fields[0].errors, say(error.message)]
        else:
            name = say(setting.title)
            tell(_("Saved: {name}. It holds at once.", name=name) if is_changed else _("Nothing has changed."))
            return _back(setting)
    return _page(form, setting)


@blueprint.post("/settings/<code>/reset")
@requires(Permission.EDIT_SETTINGS, scope=Scope.OPERATOR)
def reset(code: str) -> Response:
    setting = known_setting(code)
    reset_setting(actor(), code)
    tell(_("The default holds again: {name}.", name=say(setting.title)))
    return _back(setting)


def _back(setting: Setting) -> Response:
    address = url_for("admin.settings", q=request.args.get("q") or None, _anchor=setting.code.replace(".", "-"))
    return make_response(redirect(address, code=303))


def _page(refused: Form | None = None, of: Setting | None = None) -> Response:
    search = request.args.get("q", "").strip()
    rows = [
        _row(state, refused if of is state.setting else None)
        for state in setting_states(actor())
        if of is state.setting or _fits(state.setting, search)
    ]
    groups = [(say(title), [row for row in rows if row.state.setting.group == code]) for code, title in GROUPS.items()]
    return render_page(
        "admin/settings.html",
        groups=[(title, held) for title, held in groups if held],
        search=search,
        shown=shown,
        elsewhere=[(endpoint, label) for endpoint, label, permission in _ELSEWHERE if actor().can(permission)],
        status=422 if refused is not None else 200,
    )


def _fits(setting: Setting, search: str) -> bool:
    texts = (setting.code, say(setting.title), say(setting.help or ""), say(GROUPS[setting.group]))
    return all(word in " ".join(texts).casefold() for word in search.casefold().split())


def _row(state: SettingState, refused: Form | None) -> Row:
    form = refused or _form(state.setting, state.value)
    return Row(state, form, _fields(form))


def _fields(form: Form) -> list[Any]:
    return [one for one in form if one.short_name != "csrf_token"]


def _form(setting: Setting, value: Any) -> Form:
    """The form of one setting; ids begin with its code, because the page has many."""
    kind = _FORMS[setting.kind]
    if setting.kind == "text" and int(setting.maximum or 4000) <= _SHORT_TEXT:
        kind = _Line
    prefix = f"{setting.code.replace('.', '-')}-"
    if setting.kind == "texts":
        values = {f"value_{code}": text for code, text in (value or {}).items()}
    else:
        values = {"value": Decimal(value) if setting.kind == "number" and value is not None else value}
    form = kind(prefix=prefix, data=values) if value is not None else kind(prefix=prefix)
    if setting.kind != "texts":
        form["value"].label.text = say(setting.title)
        unit = f" ({say(setting.unit)})" if setting.unit else ""
        form["value"].label.text += unit
        form["value"].description = say(setting.help) if setting.help else ""
    if setting.kind == "choice":
        form["value"].choices = choices((code, say(name)) for code, name in setting.choices)
    return form


def _entered(setting: Setting, form: Form) -> Any:
    if setting.kind == "texts":
        return {code: form[f"value_{code}"].data or "" for code in LANGUAGES}
    data = form["value"].data
    return "" if data is None else data


def shown(setting: Setting, value: Any) -> str:
    """A value as the reader writes it: for the line that names the default."""
    if setting.kind == "texts":
        return str(value.get(language()) or value.get("en") or "") or str(_("nothing"))
    if setting.kind == "switch":
        return str(_("yes") if value else _("no"))
    if setting.kind == "choice":
        return say(dict(setting.choices).get(value, str(value)))
    return str(value) if value != "" else str(_("nothing"))
