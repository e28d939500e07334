"""Assortments: what they allow, and to whom they are given."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from app.catalog.queries.browse import CategoryNode
from app.catalog.service.assortments import AssortmentFacts
from app.web.forms import Form, choices
from app.web.texts import _


class AssortmentForm(Form):
    """An assortment; `last_day` is the last day on which it counts."""

    code = StringField(_("Code"), [InputRequired(_("Give it a code.")), Length(max=40)])
    name = StringField(_("Name"), [InputRequired(_("Give it a name.")), Length(max=120)])
    about = TextAreaField(_("What it is for"), [Length(max=2_000)])
    valid_from = DateField(_("Counts from"), [Optional()])
    last_day = DateField(_("Counts to"), [Optional()])
    is_active = BooleanField(_("In use"), default=True)

    def facts(self) -> AssortmentFacts:
        last_day = self.last_day.data
        return AssortmentFacts(
            self.code.data or "", self.name.data or "", self.about.data or "", bool(self.is_active.data),
            self.valid_from.data, last_day + timedelta(days=1) if last_day else None,
        )  # fmt: skip


class RulesForm(Form):
    """What an assortment allows or denies more: numbers pasted or in a file, a category, a brand."""

    effect = RadioField(
        _("These are"), choices=choices([("allow", _("allowed")), ("deny", _("denied"))]), default="allow"
    )
    skus = TextAreaField(_("Article numbers"), [Length(max=400_000)])
    file = FileField(_("Or a table with the numbers in its first column"))
    category = SelectField(_("Category, with all below it"), [Optional()])
    brand = StringField(_("Brand"), [Length(max=100)])

    def offer(self, tree: Iterable[CategoryNode]) -> None:
        indent = "\N{NO-BREAK SPACE}" * 4
        self.category.choices = choices(
            [("", str(_("none"))), *((node.code, f"{indent * node.depth}{node.name}") for node in tree)]
        )


class ReachForm(Form):
    """Whom an assortment is given to."""

    kind = RadioField(
        _("Give it to"),
        choices=choices([
            ("everybody", _("everybody")), ("group", _("a group")), ("segment", _("a segment")), ("account", _("one account")),
        ]),
        default="group",
    )  # fmt: skip
    code = StringField(_("Code of the group or segment, or account number"), [Length(max=40)])
