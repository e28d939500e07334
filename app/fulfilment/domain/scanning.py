"""What a scan means, and which lines of a pick list it fills."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.core.errors import Conflict, Invalid
from app.core.texts import N_
from app.documents import gs1

ZERO = Decimal(0)
_TIMES = re.compile(r"(\d{1,4}) ?[*x\N{MULTIPLICATION SIGN}] ?(\S.*)")
LONGEST = 120


@dataclass(frozen=True, slots=True)
class Scan:
    """A code as it was read. `codes` are looked up as article, pack or bin, the first that is known counts.

    `count` is how many of what the code names; `sscc` is the number of a package.
    """

    codes: tuple[str, ...]
    count: int = 1
    batch: str = ""
    serial: str = ""
    expires_on: date | None = None
    sscc: str = ""


def read_scan(text: str) -> Scan:
    """From a keyboard wedge, a camera or typed by hand: a number, an element string, or either behind “3*”.

    Raises Invalid for nothing and for a broken element string.
    """
    text = text.strip(" \r\n\t")[:LONGEST]
    many = _TIMES.fullmatch(text)
    count = int(many[1]) if many else 1
    code = many[2] if many else text
    if not code or not count:
        raise Invalid("code", N_("Scan or type a code."))
    if not gs1.looks_like_elements(code):
        return Scan((code,), count)
    try:
        found = gs1.parse(code)
    except gs1.BadCode:
        raise Invalid("code", N_("This code is damaged: {code}. Type the number below it.", code=code)) from None
    codes = tuple(
        filter(None, (_short(found.gtin), found.gtin, found.values.get("240", ""), found.values.get("241", "")))
    )
    return Scan(codes, (found.count or 1) * count, found.batch, found.serial, found.expires_on, found.sscc)


def _short(gtin: str) -> str:
    """A GTIN-14 that is a GTIN-13 with a zero in front is known as the latter."""
    return gtin.removeprefix("0")


@dataclass(frozen=True, slots=True)
class Open:
    """A line of the list; quantities in base units."""

    id: int
    article_id: int
    sku: str
    bin_code: str
    batch: str
    quantity: Decimal
    picked: Decimal
    is_waiting: bool
    needs_serial: bool = False
    serials: tuple[str, ...] = ()

    @property
    def left(self) -> Decimal:
        return self.quantity - self.picked if self.is_waiting else ZERO


@dataclass(frozen=True, slots=True)
class Take:
    """So much more on a line, in base units, with its serial number if it has one."""

    line_id: int
    quantity: Decimal
    serial: str = ""


def takes(
    lines: Iterable[Open], article_id: int, quantity: Decimal, scan: Scan, *, at_bin: str, today: date
) -> list[Take]:
    """Spread what was scanned over the lines that wait for it: the bin one stands at first, then in their order.

    Raises Invalid (nobody wants it, more than wanted, another batch, a missing serial) or Conflict (expired).
    """
    mine = [line for line in lines if line.article_id == article_id]
    if not mine:
        raise Invalid("code", N_("{code} is not on this list.", code=scan.codes[0]))
    sku = mine[0].sku
    waiting = [line for line in mine if line.left > 0]
    if not waiting:
        raise Invalid("code", N_("{sku} is complete. Put this one back.", sku=sku))
    if scan.expires_on is not None and scan.expires_on < today:
        raise Conflict(N_("{sku}: this batch has expired. Put it aside and report the bin.", sku=sku))
    if scan.batch:
        fitting = [line for line in waiting if line.batch in ("", scan.batch)]
        if not fitting:
            raise Invalid(
                "code", N_("{sku}: take batch {batch}, not {other}.", sku=sku, batch=waiting[0].batch, other=scan.batch)
            )
        waiting = fitting
    waiting.sort(key=lambda line: line.bin_code != at_bin)
    if waiting[0].needs_serial:
        return [_one_piece(waiting[0], mine, quantity, scan)]
    left = sum((line.left for line in waiting), ZERO)
    if quantity > left:
        raise Invalid(
            "code", N_("{sku}: only {left} are wanted, this is {quantity}.", sku=sku, left=left, quantity=quantity)
        )
    taken: list[Take] = []
    for line in waiting:
        part = min(line.left, quantity)
        if part > 0:
            taken.append(Take(line.id, part))
            quantity -= part
    return taken


def _one_piece(line: Open, mine: Iterable[Open], quantity: Decimal, scan: Scan) -> Take:
    if not scan.serial or quantity != 1:
        raise Invalid("code", N_("{sku}: scan the serial number of each piece.", sku=line.sku))
    if any(scan.serial in one.serials for one in mine):
        raise Invalid("code", N_("{sku}: {serial} was scanned already.", sku=line.sku, serial=scan.serial))
    return Take(line.id, Decimal(1), scan.serial)
