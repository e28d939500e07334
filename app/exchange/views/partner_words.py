"""How schemes, directions and transports of partners are named."""

from __future__ import annotations

from app.exchange.domain.partners import CodeKind, Scheme, Terms
from app.exchange.forms.messages import CODE_KINDS
from app.web.texts import _

SCHEMES = {
    Scheme.GLN: "GLN",
    Scheme.VAT: _("VAT ID"),
    Scheme.DUNS: "D-U-N-S",
    Scheme.ENDPOINT: _("Electronic address"),
    Scheme.EDIFACT: "EDIFACT UNB",
    Scheme.X12: "X12 ISA",
    Scheme.AS2: "AS2",
    Scheme.MAIL: _("Mail address"),
    Scheme.CXML: "cXML",
    Scheme.ONE_C: "1C",
    Scheme.OTHER: _("Other"),
}
SIDES = {"theirs": _("Theirs"), "ours": _("Ours, with them")}
TERMS = {Terms.NEVER: _("never"), Terms.ALWAYS: _("always"), Terms.FAULTS: _("only of faults")}
KINDS = {CodeKind(code): word for code, word in CODE_KINDS}
ON_INVALID = [("park", _("wait for a person")), ("refuse", _("be refused")), ("accept", _("be taken all the same"))]
SHIP_TO = [("known", _("wait for a person")), ("default", _("go to the account's usual address"))]
QUANTITIES = [("fit", _("be raised to the next possible one")), ("refuse", _("be refused"))]
UNKNOWN = [("park", _("wait for a person")), ("answer", _("be refused"))]
