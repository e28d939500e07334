"""A basket as form fields `NEW_ITEM-...[n]`, and the other way round. All fields are texts of a fixed greatest length.

Lengths differ between buyers' releases, so they can be given. What is longer is cut by characters and reported, or, where
the buyer wants that, refused; nothing is cut silently.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from app.core.texts import N_, Message
from app.documents.formats import FormatError
from app.documents.model.basket import Basket, BasketLine
from app.documents.model.line import Attribute, Classification
from app.documents.model.reference import ItemIds
from app.documents.reading import Leftover, Reading
from app.documents.segments import Fault

PREFIX, LONG_TEXT = "NEW_ITEM-", "LONGTEXT"
CUSTOM = tuple(f"CUST_FIELD{n}" for n in range(1, 6))
LENGTHS = {
    "DESCRIPTION": 40, "MATNR": 40, "QUANTITY": 15, "UNIT": 3, "PRICE": 15, "CURRENCY": 5, "PRICEUNIT": 5, "LEADTIME": 5,
    "VENDOR": 10, "VENDORMAT": 40, "MANUFACTCODE": 10, "MANUFACTMAT": 40, "MATGROUP": 10, "SERVICE": 1, "CONTRACT": 10,
    "CONTRACT_ITEM": 5, "EXT_QUOTE_ID": 35, "EXT_QUOTE_ITEM": 10, "EXT_PRODUCT_ID": 40, "ATTACHMENT": 255,
    "ATTACHMENT_TITLE": 255, "ATTACHMENT_PURPOSE": 1, "EXT_SCHEMA_TYPE": 10, "EXT_CATEGORY_ID": 60, "EXT_CATEGORY": 40,
    "SLD_SYS_NAME": 60, **dict.fromkeys(CUSTOM, 50),
}  # fmt: skip
# Cutting one of these would say something else, so they are refused when they do not fit.
_EXACT = frozenset(
    {"QUANTITY", "UNIT", "PRICE", "CURRENCY", "PRICEUNIT", "EXT_PRODUCT_ID", "VENDORMAT", "MATNR", "CONTRACT"}
)
_FIELD = re.compile(r"NEW_ITEM-([A-Z0-9_]+)\[([1-9][0-9]{0,4})\]", re.ASCII)
_LONG = re.compile(r"NEW_ITEM-LONGTEXT_([1-9][0-9]{0,4}):132\[\]", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{0,6})?", re.ASCII)
_LINE = 132
_THOUSANDTH = Decimal("0.001")
MAX_LINES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OciTerms:
    """What was agreed with a buyer: lengths that differ, our units by his, where fields come from, what becomes of
    texts that are too long. `sources` names for a field (CUST_FIELD1) a custom value of the line, or `=text`.
    """

    lengths: Mapping[str, int] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    is_cutting: bool = True
    has_matnr: bool = True
    version: str = "4.0"

    def length(self, name: str) -> int:
        return self.lengths.get(name, LENGTHS.get(name, 50))


@dataclass(frozen=True, slots=True)
class Cut:
    """A text that was shortened: what stands in the form is `kept`."""

    line: str
    name: str
    value: str
    kept: str

    @property
    def message(self) -> Message:
        return N_("Line {line}: {name} was cut to {n} characters.", line=self.line, name=self.name, n=len(self.kept))


@dataclass(frozen=True, slots=True)
class OciForm:
    """The fields in their order, and what had to be cut for them."""

    fields: tuple[tuple[str, str], ...]
    cuts: tuple[Cut, ...] = ()


def form_fields(basket: Basket, terms: OciTerms | None = None) -> OciForm:
    """FormatError for a line that the buyer's system could not take."""
    made = _Form(terms or OciTerms())
    for position, line in enumerate(basket.lines, 1):
        made.add(position, line, basket.currency)
    return OciForm(tuple(made.fields), tuple(made.cuts))


class _Form:
    def __init__(self, terms: OciTerms) -> None:
        self.terms = terms
        self.fields: list[tuple[str, str]] = []
        self.cuts: list[Cut] = []

    def add(self, at: int, line: BasketLine, currency: str) -> None:
        values = {name: text for name, text in self._values(line, currency).items() if text}
        for name, source in self.terms.sources.items():
            text = source[1:] if source.startswith("=") else values.get(source) or _custom(line, source)
            if text:
                values[name] = text
        self._required(line, values)
        for name in (*LENGTHS, *(name for name in values if name not in LENGTHS)):
            if name in values:
                self.fields.append((f"{PREFIX}{name}[{at}]", self._fitted(line, name, values[name])))
        for part in _chunks(line.description if line.description != line.name else ""):
            self.fields.append((f"{PREFIX}{LONG_TEXT}_{at}:132[]", part))

    def _values(self, line: BasketLine, currency: str) -> dict[str, str]:
        ids = line.ids
        unit = {ours: theirs for theirs, ours in self.terms.units.items()}.get(line.unit, line.unit)
        price, base = _price(line)
        classes = line.classifications[0] if line.classifications else Classification("", "")
        return {
            "DESCRIPTION": line.name or line.description, "MATNR": ids.buyer_sku if self.terms.has_matnr else "",
            "QUANTITY": _decimal(line.quantity), "UNIT": unit, "PRICE": price, "PRICEUNIT": base,
            "CURRENCY": line.currency or currency, "LEADTIME": "" if line.lead_time_days is None else str(line.lead_time_days),
            "VENDOR": line.vendor, "VENDORMAT": ids.sku, "MANUFACTCODE": line.manufacturer, "MANUFACTMAT": ids.manufacturer_sku,
            "MATGROUP": line.material_group, "SERVICE": "X" if line.is_service else "", "CONTRACT": line.contract,
            "CONTRACT_ITEM": line.contract_line, "EXT_QUOTE_ID": line.quote, "EXT_QUOTE_ITEM": line.quote_line,
            "EXT_PRODUCT_ID": line.auxiliary_id, "EXT_SCHEMA_TYPE": "UNSPSC" if classes.scheme == "TSP" else classes.scheme,
            "EXT_CATEGORY_ID": classes.code, **{one.name: one.value for one in line.custom if one.name in LENGTHS},
        }  # fmt: skip

    def _required(self, line: BasketLine, values: Mapping[str, str]) -> None:
        missing = next(
            (
                name for name, is_there in (
                    ("DESCRIPTION", "DESCRIPTION" in values or "MATNR" in values), ("QUANTITY", "QUANTITY" in values),
                    ("UNIT", "UNIT" in values or "MATNR" in values), ("PRICE", "PRICE" in values or "CONTRACT" in values),
                    ("CURRENCY", "CURRENCY" in values or "CONTRACT" in values),
                ) if not is_there
            ), None,
        )  # fmt: skip
        if missing:
            raise FormatError(N_("Line {line}: {name} is missing.", line=line.position, name=missing))

    def _fitted(self, line: BasketLine, name: str, value: str) -> str:
        limit = self.terms.length(name)
        value = " ".join(value.split())
        if len(value) <= limit:
            return value
        if name in _EXACT or not self.terms.is_cutting:
            raise FormatError(
                N_("Line {line}: {name} has {n} characters, {limit} are allowed.", line=line.position, name=name,
                   n=len(value), limit=limit)
            )  # fmt: skip
        self.cuts.append(Cut(line.position, name, value, value[:limit]))
        return value[:limit]


def _custom(line: BasketLine, name: str) -> str:
    return next((one.value for one in line.custom if one.name == name), "")


def _price(line: BasketLine) -> tuple[str, str]:
    """Price and for how much it is: three decimals at most, so a finer price is one for more units."""
    if line.unit_price is None:
        return "", ""
    price, base = line.unit_price, line.price_base_quantity or Decimal(1)
    for _ in range(3):
        if price == price.quantize(_THOUSANDTH) and base == base.to_integral_value():
            break
        price, base = price * 10, base * 10
    price = price.quantize(_THOUSANDTH, ROUND_HALF_UP)
    return _decimal(price), "" if base == 1 else _decimal(base.to_integral_value())


def _decimal(value: Decimal) -> str:
    text = format(value.quantize(_THOUSANDTH, ROUND_HALF_UP), "f")
    return text.rstrip("0").rstrip(".")


def _chunks(text: str) -> Iterator[str]:
    """A long text goes as several values of one name."""
    flat = " ".join(text.split())
    for start in range(0, len(flat), _LINE):
        yield flat[start : start + _LINE]


def read_form(fields: Iterable[tuple[str, str]], terms: OciTerms | None = None) -> Reading[Basket]:
    """The basket that a shop sent back. Gaps in the counting and values that are none are faults."""
    terms = terms or OciTerms()
    lines: dict[int, dict[str, str]] = {}
    long_texts: dict[int, str] = {}
    leftovers: list[Leftover] = []
    for name, value in fields:
        found, long = _FIELD.fullmatch(name), _LONG.fullmatch(name)
        at = int((found or long)[1 if long else 2]) if found or long else 0  # type: ignore[index]
        if at > MAX_LINES:
            raise FormatError(N_("A basket has at most {n} lines.", n=MAX_LINES))
        if long:
            long_texts[at] = long_texts.get(at, "") + value
        elif found:
            lines.setdefault(at, {})[found[1]] = value.strip()
        elif value.strip() and not name.startswith("~"):
            leftovers.append(Leftover(name[:80], value.strip()[:200], 0, 0))
    faults: list[Fault] = []
    for count, at in enumerate(sorted(lines), 1):
        if at != count:
            faults.append(Fault("GAP", N_("Line {line} is missing.", line=count), 0, 0, f"{PREFIX}[{at}]"))
            break
    made = [_line(at, values, long_texts.get(at, ""), terms, faults) for at, values in sorted(lines.items())]
    currency = next((line.currency for line in made if line.currency), "")
    return Reading(Basket(lines=tuple(made), currency=currency), tuple(faults), tuple(leftovers))


def _line(at: int, values: Mapping[str, str], text: str, terms: OciTerms, faults: list[Fault]) -> BasketLine:
    def number(name: str) -> Decimal | None:
        value = values.get(name, "")
        if not value:
            return None
        if not _NUMBER.fullmatch(value):
            faults.append(
                Fault("NUMBER", N_("{value} is not a number.", value=value[:40]), 0, 0, f"{PREFIX}{name}[{at}]")
            )
            return None
        return Decimal(value)

    quantity, days = number("QUANTITY"), number("LEADTIME")
    if quantity is None:
        faults.append(
            Fault("MISSING", N_("{path} is missing.", path=f"{PREFIX}QUANTITY[{at}]"), 0, 0, f"{PREFIX}QUANTITY[{at}]")
        )
    unit, scheme = values.get("UNIT", ""), values.get("EXT_SCHEMA_TYPE", "")
    code = values.get("EXT_CATEGORY_ID", "")
    name = values.get("DESCRIPTION", "")
    return BasketLine(
        position=str(at), quantity=quantity or Decimal(0), unit=terms.units.get(unit, unit), name=name or text[:40],
        description=text, unit_price=number("PRICE"), price_base_quantity=number("PRICEUNIT"),
        currency=values.get("CURRENCY", ""), lead_time_days=int(days) if days is not None else None,
        ids=ItemIds(
            sku=values.get("VENDORMAT", ""), buyer_sku=values.get("MATNR", ""), manufacturer_sku=values.get("MANUFACTMAT", "")
        ),
        auxiliary_id=values.get("EXT_PRODUCT_ID", ""), manufacturer=values.get("MANUFACTCODE", ""),
        vendor=values.get("VENDOR", ""), material_group=values.get("MATGROUP", ""), is_service=values.get("SERVICE", "") == "X",
        contract=values.get("CONTRACT", ""), contract_line=values.get("CONTRACT_ITEM", ""), quote=values.get("EXT_QUOTE_ID", ""),
        quote_line=values.get("EXT_QUOTE_ITEM", ""),
        classifications=(Classification(code, "TSP" if scheme.upper() == "UNSPSC" else scheme),) if code else (),
        custom=tuple(Attribute(name, values[name]) for name in values if name not in _READ and values[name]),
    )  # fmt: skip


_READ = frozenset(LENGTHS) - {
    *CUSTOM,
    "ATTACHMENT",
    "ATTACHMENT_TITLE",
    "ATTACHMENT_PURPOSE",
    "EXT_CATEGORY",
    "SLD_SYS_NAME",
}
