"""Shape of what the warehouse's pages send."""

from __future__ import annotations

from wtforms import BooleanField, DateField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.web.forms import ClientRefField, DecimalField, Form, choices
from app.web.texts import _

_WHOLE = _("A whole number.")


class CountForm(Form):
    """What was counted of an article, and why it differs. Empty thresholds are inherited."""

    on_hand = DecimalField(_("On hand"), [InputRequired(_("How much is there?"))])
    reason = StringField(_("Reason"), [InputRequired(_("Say why the stock changes.")), Length(max=80)])


class MarksForm(Form):
    """An article's own thresholds in a warehouse; empty ones are inherited."""

    threshold = DecimalField(_("Kept back"))
    low_mark = DecimalField(_("Shown as low from"))


class WarehouseForm(Form):
    """A warehouse."""

    code = StringField(_("Code"), [InputRequired(_("Give it a code.")), Length(max=40)])
    name = StringField(_("Name"), [InputRequired(_("Give it a name.")), Length(max=200)])
    position = IntegerField(_("Gives as number"), [InputRequired(_WHOLE), NumberRange(0, 999)], default=1)


class IncomingForm(Form):
    """Goods a supplier will bring."""

    sku = StringField(_("Article"), [InputRequired(_("Which article?")), Length(max=60)])
    warehouse = SelectField(_("Warehouse"))
    quantity = DecimalField(_("Quantity"), [InputRequired(_("How much?"))])
    expected_on = DateField(_("Expected"), [InputRequired(_("Which day?"))])
    reference = StringField(_("Purchase number"), [InputRequired(_("Which purchase?")), Length(max=80)])
    line = StringField(_("Line"), [Length(max=20)])
    supplier = StringField(_("Supplier's code"), [Length(max=40)])


class ChangeIncomingForm(Form):
    """Another quantity or day."""

    quantity = DecimalField(_("Quantity"), [InputRequired(_("How much?"))])
    expected_on = DateField(_("Expected"), [InputRequired(_("Which day?"))])


class ReceiveForm(Form):
    """What has come."""

    quantity = DecimalField(_("Received now"), [InputRequired(_("How much?"))])
    is_last = BooleanField(_("Nothing more comes"))


class BatchForm(Form):
    """What a batch holds."""

    sku = StringField(_("Article"), [InputRequired(_("Which article?")), Length(max=60)])
    warehouse = SelectField(_("Warehouse"))
    number = StringField(_("Batch"), [InputRequired(_("Which batch?")), Length(max=60)])
    quantity = DecimalField(_("Quantity"), [InputRequired(_("How much?"))])
    expires_on = DateField(_("Expires"), [Optional()])


class DefaultForm(Form):
    """Thresholds of many shelves."""

    level = SelectField(
        _("For"),
        choices=choices(
            [("everything", _("everything")), ("category", _("a category")), ("warehouse", _("a warehouse"))]
        ),
    )
    code = StringField(_("Code of the category or warehouse"), [Length(max=40)])
    threshold = DecimalField(_("Kept back"))
    low_mark = DecimalField(_("Shown as low from"))


class ListForm(Form):
    """Which warehouses serve whom, in order."""

    level = SelectField(
        _("For"),
        choices=choices([("everybody", _("everybody")), ("group", _("a group")), ("account", _("an account"))]),
    )
    code = StringField(_("Code of the account or group"), [Length(max=40)])
    warehouses = StringField(_("Codes of the warehouses, in order"), [Length(max=400)])


class BackorderForm(Form):
    """How far one may order beyond what is there."""

    sku = StringField(_("Article"), [Length(max=60)])
    account = StringField(_("Account"), [Length(max=40)])
    mode = SelectField(
        _("Backorders"),
        choices=choices(
            [
                ("off", _("off")), ("allowed", _("allowed")), ("limit", _("up to a limit")),
                ("", _("no rule of its own")),
            ]
        ),
    )  # fmt: skip
    quantity_limit = DecimalField(_("Limit"))


class ShownForm(Form):
    """Where bands begin, and how long suppliers are believed."""

    bands = StringField(_("Bands begin at"), [InputRequired(_("Give at least one quantity.")), Length(max=80)])
    supplier_days = IntegerField(_("Days a supplier's figure counts"), [InputRequired(_WHOLE), NumberRange(1, 365)])


class HolidayForm(Form):
    """A day nobody works."""

    day = DateField(_("Day"), [InputRequired(_("Which day?"))])
    name = StringField(_("Name"), [Length(max=120)])


class FeedForm(Form):
    """A file of stock that is read again and again."""

    code = StringField(_("Code"), [InputRequired(_("Give it a code.")), Length(max=40)])
    address = StringField(_("File or folder"), [InputRequired(_("Where does it lie?")), Length(max=500)])
    warehouse = StringField(_("Warehouse's code"), [Length(max=40)])
    stale_minutes = IntegerField(
        _("Minutes until it is old"), [InputRequired(_WHOLE), NumberRange(1, 10_080)], default=60
    )
    is_active = BooleanField(_("Read it every minute"), default=True)


class NewReceiptForm(Form):
    """A delivery that has come."""

    client_ref = ClientRefField()
    warehouse = SelectField(_("Warehouse"))
    arrived_on = DateField(_("Arrived"), [InputRequired(_("Which day?"))])
    purchase = StringField(_("Purchase number"), [Length(max=80)])
    supplier = StringField(_("Supplier's code"), [Length(max=40)])
    delivery_note = StringField(_("Delivery note"), [Length(max=80)])
    note = StringField(_("Note"), [Length(max=200)])


class ArticleForm(Form):
    """An article for a receipt."""

    sku = StringField(_("Article"), [InputRequired(_("Which article?")), Length(max=60)])


class LinesForm(Form):
    """Rows of a table whose fields are read by their names."""


class NewTransferForm(Form):
    """Goods for another warehouse."""

    client_ref = ClientRefField()
    source = SelectField(_("From"))
    target = SelectField(_("To"))
    expected_on = DateField(_("Expected"), [Optional()])
    lines = TextAreaField(
        _("Articles"), [InputRequired(_("Name at least one article."))],
        description=_("One a line: article, quantity in base units, and a batch where it matters."),
    )  # fmt: skip
    note = StringField(_("Note"), [Length(max=200)])


class NewCountForm(Form):
    """What shall be counted."""

    client_ref = ClientRefField()
    warehouse = SelectField(_("Warehouse"))
    planned_on = DateField(_("Day"), [InputRequired(_("Which day?"))])
    zone = StringField(_("Zone"), [Length(max=40)], description=_("Only bins of this zone; empty: everything."))
    words = StringField(_("Articles"), [Length(max=100)], description=_("Words or numbers; empty: all articles."))
    note = StringField(_("Note"), [Length(max=200)])


class FoundForm(Form):
    """Goods that lie where the list names none."""

    sku = StringField(_("Article"), [InputRequired(_("Which article?")), Length(max=60)])
    counted = DecimalField(_("Counted"), [InputRequired(_("How much is there?"))])
    bin = StringField(_("Bin"), [Length(max=40)])
    batch = StringField(_("Batch"), [Length(max=60)])


class BinForm(Form):
    """A bin, made or changed by its code."""

    code = StringField(_("Code"), [InputRequired(_("Give it a code.")), Length(max=40)])
    zone = StringField(_("Zone"), [Length(max=40)])
    sort_key = IntegerField(_("Place on the way"), [InputRequired(_WHOLE), NumberRange(0, 1_000_000)], default=0)


class RelocationForm(Form):
    """Goods from one bin to another."""

    sku = StringField(_("Article"), [InputRequired(_("Which article?")), Length(max=60)])
    quantity = DecimalField(_("Quantity"), [InputRequired(_("How much?"))])
    source = StringField(_("From bin"), [Length(max=40)], description=_("Empty: goods that lie in no bin."))
    target = StringField(_("To bin"), [Length(max=40)])
    batch = StringField(_("Batch"), [Length(max=60)])


class QuarantineForm(Form):
    """What becomes of goods in quarantine."""

    sku = StringField(_("Article"), [InputRequired(_("Which article?")), Length(max=60)])
    warehouse = SelectField(_("Warehouse"))
    quantity = DecimalField(_("Quantity"), [InputRequired(_("How much?"))])
    decision = RadioField(
        _("What becomes of it"), choices=choices([("stock", _("It can be sold")), ("scrap", _("It is thrown away"))]),
        default="stock",
    )  # fmt: skip
    batch = StringField(_("Batch"), [Length(max=60)])
    bin_code = StringField(_("To bin"), [Length(max=40)])
    serials = StringField(_("Serial numbers"), [Length(max=2000)])
    reason = StringField(_("Reason"), [InputRequired(_("Say why.")), Length(max=200)])


class TrackingForm(Form):
    """What receipts and shipments must say of an article."""

    needs_batch = BooleanField(_("Batch"))
    needs_expiry = BooleanField(_("Day of expiry"))
    needs_serial = BooleanField(_("Serial numbers"))
