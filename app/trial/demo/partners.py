"""Three partners whose systems talk to Kontor (EDIFACT, X12, cXML), and what they have sent: one message needs a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.accounts.domain.roles import Role
from app.accounts.queries.companies import account_id
from app.accounts.queries.people import people
from app.core import clock
from app.core.actor import Actor
from app.core.tenancy import acting_as
from app.documents.model.order import Order, OrderLine
from app.documents.model.party import Address, Party
from app.exchange.domain.arrivals import Arrival
from app.exchange.domain.partners import Agreed, CodeKind, Scheme, Terms
from app.exchange.mapping.writing import Addressing, write
from app.exchange.service.channel_secrets import seal_secrets
from app.exchange.service.inbox import receive_and_finish
from app.exchange.service.partners import save_agreement, save_channel, save_code, save_identifier, save_partner
from app.trial.demo.families import DemoArticle

OUR_GLN, OUR_X12 = "4012345000009", "ZZ:NORDKONTOR"
TOKEN = "demo-ledger"  # noqa: S105 -- of the demo only
_OUT = ("order-response", "invoice", "acknowledgement")


@dataclass(frozen=True, slots=True)
class DemoPartner:
    """`formats` by document; `acknowledge` is the format of syntax acknowledgements, empty where there are none."""

    code: str
    account: str
    role: Role
    names: tuple[tuple[Scheme, str], ...]
    formats: dict[str, str]
    transport: str
    acknowledge: str = ""


HANSE = DemoPartner(
    "HANSE-EDI", "10001", Role.BUYER, ((Scheme.GLN, "4006381333931"),),
    {"order": "edifact-orders", "order-change": "edifact-ordchg", "order-response": "edifact-ordrsp",
     "invoice": "edifact-invoic", "despatch-advice": "edifact-desadv", "receipt-advice": "edifact-recadv"},
    "folder", "edifact-contrl",
)  # fmt: skip
ALPEN = DemoPartner(
    "ALPEN-X12", "10003", Role.COMPANY_ADMIN, ((Scheme.X12, "ZZ:ALPENELEKTRO"), (Scheme.GLN, "9012345000004")),
    {"order": "x12-850", "order-change": "x12-860", "order-response": "x12-855", "invoice": "ubl-invoice"},
    "https", "x12-997",
)  # fmt: skip
SOUTH = DemoPartner(
    "SOUTH-CXML", "10004", Role.COMPANY_ADMIN, ((Scheme.CXML, "NetworkId:AN01000000004"), (Scheme.GLN, "4820000000017")),
    {"order": "cxml-order", "order-response": "cxml-confirmation", "invoice": "cxml-invoice"}, "https",
)  # fmt: skip
PARTNERS = (HANSE, ALPEN, SOUTH)
_ENDINGS = {HANSE.code: "edi", ALPEN.code: "x12", SOUTH.code: "xml"}


def add_partners(house: Actor, items: Sequence[DemoArticle]) -> None:
    """Partners with their agreements; each has ordered, and one order names a place that nobody knows."""
    ids: dict[str, int] = {}
    for one in PARTNERS:
        with acting_as(house):
            ids[one.code] = _partner(house, one)
    skus = [item.sku for item in items if item.index % 37 == 5][:8]
    strange = Party(
        name="Shed 14", address=Address(country="DE", street="Kanalufer 3", postal_code="24106", city="Kiel")
    )
    lines = order_lines(skus[:4])
    _arrived(house, HANSE, ids, order(HANSE, "HW-EDI-4411", lines), 101)
    _arrived(house, HANSE, ids, order(HANSE, "HW-EDI-4412", lines, ship_to=strange), 102)
    _arrived(house, ALPEN, ids, order(ALPEN, "AE-7001", [*order_lines(skus[4:]), _unknown()]), 1)
    _arrived(house, ALPEN, ids, order(ALPEN, "AE-7001", [*order_lines(skus[4:]), _unknown()]), 2)
    _arrived(house, SOUTH, ids, order(SOUTH, "BP-330", lines), 1)


def _partner(house: Actor, one: DemoPartner) -> int:
    company_id = account_id(house, one.account)
    person = next(member for member in people(house, company_id) if member.role is one.role)
    made = save_partner(house, None, {"code": one.code, "name": one.code.replace("-", " ").title(),
                                      "company_id": company_id})  # fmt: skip
    key = one.code.lower()
    back = save_channel(
        house, None, {"key": f"{key}-out", "name": f"{one.code} drop box", "transport": "folder",
                      "settings": {"outbox": f"{key}/out"}},
    )  # fmt: skip
    way = back
    if one.transport == "https":
        way = save_channel(
            house, None, {"key": key, "name": f"{one.code} calls us", "transport": "https", "partner_id": made,
                          "settings": {"their_proof": "bearer"}, "secrets": seal_secrets(key, {"their_secret": TOKEN})},
        )  # fmt: skip
    for scheme, value in one.names:
        save_identifier(house, made, scheme, value)
    for scheme, value in ((Scheme.GLN, OUR_GLN), (Scheme.X12, OUR_X12), (Scheme.CXML, "NetworkId:AN01000000001")):
        save_identifier(house, made, scheme, value, side="ours")
    for document, code in one.formats.items():
        is_out = document in _OUT
        save_agreement(
            house, made, None,
            {"direction": "out" if is_out else "in", "document": document, "format": code,
             "channel_id": back if is_out else way, "user_id": None if is_out else person.user_id,
             "acknowledge": Terms.ALWAYS.value if one.acknowledge else Terms.NEVER.value},
        )  # fmt: skip
    if one.acknowledge:
        save_agreement(house, made, None, {"direction": "out", "document": "acknowledgement",
                                           "format": one.acknowledge, "channel_id": back})  # fmt: skip
    save_code(house, made, CodeKind.UNIT, "STK", "H87")
    return made


def order_lines(skus: Sequence[str]) -> list[OrderLine]:
    return [
        OrderLine(position=str(at * 10), sku=sku, quantity=Decimal(100), name=sku) for at, sku in enumerate(skus, 1)
    ]


def _unknown() -> OrderLine:
    return OrderLine(position="99", sku="", buyer_sku="AE-OLD-17", quantity=Decimal(5), unit="H87", name="Cable drum")


def order(one: DemoPartner, number: str, lines: Sequence[OrderLine], *, ship_to: Party | None = None) -> Order:
    """An order as the partner's own system would make it."""
    names = dict(one.names)
    return Order(
        number=number, issue_date=clock.now().date(), currency="EUR", lines=tuple(lines), ship_to=ship_to,
        buyer=Party(name=one.code, address=None, gln=names.get(Scheme.GLN, "")),
        seller=Party(name="Nordkontor", address=None, gln=OUR_GLN),
    )  # fmt: skip


def file_of(one: DemoPartner, document: Order, control: int) -> bytes:
    """The bytes the partner sends."""
    agreed = Agreed(0, 0, "out", document.kind, one.formats[document.kind], "", None, {}, Terms.ALWAYS, "", None)
    theirs, ours = dict(one.names), {Scheme.GLN: OUR_GLN, Scheme.X12: OUR_X12}
    return write(document, agreed, Addressing(theirs, ours, control, clock.now(), wants_answer=True)).data


def _arrived(house: Actor, one: DemoPartner, ids: dict[str, int], document: Order, control: int) -> None:
    with acting_as(house):
        name = f"{document.number}.{_ENDINGS[one.code]}"
        receive_and_finish(house, Arrival(name, file_of(one, document, control), partner_id=ids[one.code], via="demo"))
