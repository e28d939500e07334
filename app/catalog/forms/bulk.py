"""One field of many articles."""

from __future__ import annotations

from wtforms import (
    IntegerField,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.catalog.domain.attributes import AttributeType
from app.catalog.domain.bulk import FIELDS as BULK_FIELDS
from app.catalog.domain.bulk import BulkChange, quantities
from app.catalog.queries.browse import CategoryNode
from app.web.forms import DecimalField, Form, choices
from app.web.texts import _, say


class BulkForm(Form):
    """Which field of the chosen articles is to say what; only the part of the chosen field counts."""

    field = SelectField(_("Change"), [InputRequired(_("Choose what is to be changed."))])
    category = SelectField(_("Category"))
    brand = StringField(_("Brand"), [Length(max=100)])
    state = SelectField(
        _("State"),
        choices=choices([
            ("active", _("sold")), ("run_out", _("sold until the stock is gone")), ("discontinued", _("no longer sold")),
        ]),
    )  # fmt: skip
    vat_class = StringField(_("VAT class"), [Length(max=12)])
    minimum = DecimalField(_("Smallest quantity"))
    step = DecimalField(_("In steps of"))
    stock_policy = SelectField(
        _("When the stock is used up"),
        choices=choices([("stock", _("it cannot be ordered")), ("backorder", _("it is ordered and waited for"))]),
    )
    lead_time_days = IntegerField(_("Working days to get more"), [Optional(), NumberRange(0, 3650)])
    discount_group = StringField(_("Discount group"), [Length(max=10)])
    attribute = SelectField(_("Property"))
    value = StringField(_("Value of the property"), [Length(max=1000)])

    def offer(self, tree: list[CategoryNode], attributes: list[AttributeType], locale: str) -> None:
        indent = "\N{NO-BREAK SPACE}" * 4
        nodes = ((node.code, f"{indent * node.depth}{node.code} {node.name}") for node in tree)
        self.field.choices = choices([("", "–"), *((code, say(name)) for code, name in BULK_FIELDS.items())])
        self.category.choices = choices([("", str(_("none"))), *nodes])
        known = sorted((one.label(locale), one.code) for one in attributes if one.code != "brand")
        self.attribute.choices = choices([("", "–"), *((code, label) for label, code in known)])

    def change(self) -> BulkChange:
        field = self.field.data
        if field == "quantities":
            return quantities(self.minimum.data, self.step.data)
        if field == "attribute":
            return BulkChange("attribute", {}, self.attribute.data or "", self.value.data or "")
        value = self["state" if field == "status" else field].data
        return BulkChange(field, {field: value.strip() if isinstance(value, str) else value})
