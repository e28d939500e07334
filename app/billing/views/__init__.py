"""Pages of billing: invoices and the accountant's exports."""

from __future__ import annotations

from flask import Blueprint

from app.billing.policy import Permission
from app.core.actor import Scope
from app.web.navigation import nav_entry
from app.web.texts import _

blueprint = Blueprint("billing", __name__)
nav_entry(25, "billing.index", _("Invoices"), Permission.READ, "invoice", scope=Scope.OPERATOR)
nav_entry(57, "billing.invoicing", _("Invoicing"), Permission.ISSUE, "invoice", scope=Scope.OPERATOR)
nav_entry(60, "billing.index", _("Invoices"), Permission.READ, "invoice", scope=Scope.TENANT)
nav_entry(58, "billing.receivables", _("Receivables"), Permission.RECEIVABLES, "ledger", scope=Scope.OPERATOR,
          under=("/reminders",))  # fmt: skip
nav_entry(
    61, "billing.own_items", _("Open items"), Permission.RECEIVABLES, "ledger", scope=Scope.TENANT, under=("/desk",)
)
nav_entry(
    63, "billing.subscriptions", _("Documents by mail"), Permission.SUBSCRIBE, "mail", group="more", scope=Scope.TENANT
)
nav_entry(62, "billing.pay", _("Pay online"), Permission.PAY, "ledger", scope=Scope.TENANT)
nav_entry(59, "billing.bank", _("Bank"), Permission.PAYMENTS, "ledger", scope=Scope.OPERATOR)
nav_entry(79, "billing.bookings", _("Bookings"), Permission.EXPORT, "export", group="more", scope=Scope.OPERATOR)
nav_entry(80, "billing.archive", _("Archive"), Permission.ARCHIVE, "lock", group="more", scope=Scope.OPERATOR)

from app.billing.views import (  # noqa: E402 -- the modules add their routes to the blueprint
    bank,  # noqa: F401
    bookings,  # noqa: F401
    by_hand,  # noqa: F401
    debits,  # noqa: F401
    desk,  # noqa: F401
    disputes,  # noqa: F401
    exports,  # noqa: F401
    figures,  # noqa: F401
    invoice_work,  # noqa: F401
    invoices,  # noqa: F401
    invoicing,  # noqa: F401
    layouts,  # noqa: F401
    panels,  # noqa: F401
    papers,  # noqa: F401
    pay,  # noqa: F401
    receivables,  # noqa: F401
    reminders,  # noqa: F401
    retention,  # noqa: F401
    statements,  # noqa: F401
    subscriptions,  # noqa: F401
)
