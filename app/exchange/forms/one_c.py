"""A connection of 1C; which list a kind of price feeds, which warehouse is which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import BooleanField, DateField, HiddenField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional

from app.exchange.service.one_c_connections import ConnectionRow
from app.web.forms import Form, choices
from app.web.texts import _

_NEEDED = DataRequired(_("This is needed."))
NUMBERS = {
    "article": _("Артикул, else Код, else Ид"), "code": _("Код, else Артикул, else Ид"), "id": _("Ид"),
}  # fmt: skip
CONTAINERS = {"auto": _("Where 1C is 2.10 or newer"), "always": _("Always"), "never": _("Never")}
_HIDDEN = ("csrf_token", "row_version", "login")


def _number(value: object) -> int | None:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() else None


class ConnectionForm(Form):
    name = StringField(_("Name"), validators=[_NEEDED, Length(max=120, message=_("At most 120 characters."))])
    takes_articles = BooleanField(_("Take articles, groups and properties"), default=True)
    takes_prices = BooleanField(_("Take prices"), default=True)
    takes_stock = BooleanField(_("Take stock"), default=True)
    sends_orders = BooleanField(_("Send orders"), default=True)
    takes_orders = BooleanField(_("Take orders back"), default=True)
    makes_lists = BooleanField(_("Make a price list for each new kind of price"), default=True)
    makes_warehouses = BooleanField(_("Make a warehouse for each new one of 1C"), default=True)
    drops_missing = BooleanField(_("Discontinue articles that a full export leaves out"))
    number_from = SelectField(_("Number of new articles"), choices=choices(NUMBERS.items()))
    chain = StringField(
        _("Chain of price lists"),
        validators=[Optional(), Length(max=40, message=_("At most {length} characters fit here.", length=40))],
        description=_("Code of a chain that the lists join; empty: none"),
    )
    orders_since = DateField(_("Orders from this day on"), validators=[Optional()])
    encoding = SelectField(
        _("Character set of orders"), choices=choices((one, one) for one in ("UTF-8", "windows-1251"))
    )
    containers = SelectField(_("Each order in a Контейнер"), choices=choices(CONTAINERS.items()))
    is_active = BooleanField(_("Switched on"), default=True)
    partner_id = SelectField(_("Partner"), coerce=_number, validators=[Optional()])
    row_version = HiddenField(default="0")

    def row(self) -> ConnectionRow:
        given: dict[str, Any] = {name: f.data for name, f in self._fields.items() if name not in _HIDDEN}
        given["chain"] = given["chain"] or ""
        return ConnectionRow(**given)

    @property
    def version(self) -> int:
        text = str(self.row_version.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class NewConnectionForm(ConnectionForm):
    login = StringField(
        _("User name for 1C"),
        validators=[_NEEDED, Length(max=80, message=_("At most {length} characters fit here.", length=80))],
    )


class PasswordForm(Form):
    row_version = HiddenField(default="0")

    version = ConnectionForm.version


class NamesForm(Form):
    """One field for each kind of price and each warehouse, made for a connection."""

    row_version = HiddenField(default="0")
    keys: tuple[tuple[str, str, str], ...] = ()  # field, kind, id in 1C

    version = ConnectionForm.version

    def of(self, kind: str) -> dict[str, str]:
        return {key: str(self._fields[name].data or "") for name, one, key in self.keys if one == kind}


def names_form(
    price_kinds: Mapping[str, Any], warehouses: Mapping[str, Any], lists: Iterable[tuple[str, str]], row_version: int
) -> NamesForm:
    members: dict[str, Any] = {}
    data: dict[str, Any] = {"row_version": str(row_version)}
    keys = []
    known = [("", _("not taken")), *((code, f"{name} ({code})") for code, name in lists)]
    for n, (key, said) in enumerate(sorted(price_kinds.items())):
        options = known if said["list"] in {code for code, _name in known} else [*known, (said["list"], said["list"])]
        label = f"{said['name'] or key} {said['currency']}".strip()
        members[f"list_{n}"] = SelectField(label, choices=choices(options))
        data[f"list_{n}"] = said["list"]
        keys.append((f"list_{n}", "list", key))
    for n, (key, said) in enumerate(sorted(warehouses.items())):
        members[f"place_{n}"] = StringField(
            said["name"] or key or _("without a name"), validators=[Optional(), Length(max=40)]
        )
        data[f"place_{n}"] = said["code"]
        keys.append((f"place_{n}", "place", key))
    members["keys"] = tuple(keys)
    made: NamesForm = type("NamesForm", (NamesForm,), members)(data=data)
    return made
