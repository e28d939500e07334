"""How a buyer's system calls a shop by OCI: names in any case, one of three functions, and where to come back to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from app.core.texts import N_
from app.documents.formats import FormatError

_OWN = frozenset(
    {"hook_url", "username", "password", "oci_version", "opi_version", "returntarget", "~target", "~okcode", "~caller",
     "function", "productid", "quantity", "searchstring", "vendor", "http_content_charset", "~forcetarget", "language"}
)  # fmt: skip


class Function(StrEnum):
    """`SHOP` is no function at all: a person comes to choose."""

    SHOP = ""
    DETAIL = "DETAIL"
    VALIDATE = "VALIDATE"
    SEARCH = "BACKGROUND_SEARCH"
    SOURCING = "SOURCING"


@dataclass(frozen=True, slots=True, kw_only=True)
class OciCall:
    """What the buyer's system said. `extras` are fields of its own, by their names."""

    hook_url: str
    username: str
    password: str
    function: Function = Function.SHOP
    product: str = ""
    quantity: Decimal | None = None
    search: str = ""
    vendor: str = ""
    version: str = ""
    target: str = ""
    caller: str = ""
    ok_code: str = ""
    extras: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        return f"OciCall({self.username} {self.function.value})"


def read_call(fields: Iterable[tuple[str, str]]) -> OciCall:
    """FormatError where the way back, the name or the function is not usable."""
    given = [(name.strip(), value.strip()) for name, value in fields]
    known: dict[str, str] = {}
    for name, value in given:
        known.setdefault(name.lower(), value)
    said = known.get("function", "").upper()
    try:
        function = Function(said)
    except ValueError:
        raise FormatError(N_("{value} is not known here.", value=said[:40])) from None
    hook = known.get("hook_url", "")
    if not hook:
        raise FormatError(N_("{path} is missing.", path="HOOK_URL"))
    try:
        quantity = Decimal(known["quantity"]) if known.get("quantity") else None
    except InvalidOperation:
        raise FormatError(N_("{value} is not a number.", value=known["quantity"][:40])) from None
    if quantity is not None and not (quantity.is_finite() and 0 <= quantity < 10**9):
        raise FormatError(N_("{value} is not a number.", value=known["quantity"][:40]))
    return OciCall(
        hook_url=hook, username=known.get("username", ""), password=known.get("password", ""), function=function,
        product=known.get("productid", ""), quantity=quantity, search=known.get("searchstring", ""),
        vendor=known.get("vendor", ""), version=known.get("oci_version") or known.get("opi_version", ""),
        target=known.get("~target") or known.get("returntarget", ""), caller=known.get("~caller", ""),
        ok_code=known.get("~okcode", ""), extras=tuple((name, value) for name, value in given if name.lower() not in _OWN),
    )  # fmt: skip
