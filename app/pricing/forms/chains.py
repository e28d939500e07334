"""Chains of price lists."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from app.pricing.domain.chain import Strategy
from app.pricing.forms.lists import CODE_RULE
from app.pricing.service.chains import ChainRow, Link
from app.web.forms import Form, choices
from app.web.texts import _

STRATEGIES = {
    Strategy.MERGE: _("the first list that has a price for the quantity"),
    Strategy.LOWEST: _("the lowest price for the quantity of all lists"),
    Strategy.FIRST: _("the first list that has the article, whole"),
}
SPARE_LINKS = 3


class ChainForm(Form):
    """A chain; its lists are read from repeated fields, see `links_of`."""

    code = StringField(_("Code"), [InputRequired(_("Give it a code.")), Length(max=40), CODE_RULE])
    name = StringField(_("Name"), [Length(max=200)])
    strategy = RadioField(
        _("Which price holds"),
        choices=choices([(str(code), text) for code, text in STRATEGIES.items()]),
        default=str(Strategy.MERGE),
    )
    is_default = BooleanField(_("Holds for every account without a chain of its own"))

    def row(self, links: tuple[Link, ...]) -> ChainRow:
        return ChainRow(
            (self.code.data or "").strip(), links, self.name.data or "", self.strategy.data, self.is_default.data
        )


def links_of(codes: Iterable[str], shutting: Iterable[str]) -> tuple[Link, ...]:
    """The lists in the order of the rows; empty rows are left out. `shutting` are the codes that let no other in."""
    shut = set(shutting)
    return tuple(Link(code, code not in shut) for code in codes if code)


class AssignForm(Form):
    """The chain of an account."""

    chain = SelectField(_("Price chain"))

    def offer(self, names: Iterable[tuple[int, str, str, bool]]) -> None:
        default = next((code for _id, code, _name, is_default in names if is_default), "")
        first = _("the default chain, {code}", code=default) if default else _("no chain")
        self.chain.choices = choices(
            [("", str(first)), *((str(key), f"{code} {name}") for key, code, name, _d in names)]
        )
