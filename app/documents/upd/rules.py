"""The conditions that the official schemas only note (as `usch:` functions) or the orders of the tax service name."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from lxml import etree
from stdnum.ru import inn as inn_number

from app.core.money import round_amount
from app.core.texts import N_
from app.documents.segments import Fault, Severity
from app.documents.upd.structure import BUYER, CORRECTION, SELLER, head_of, kind_of
from app.documents.upd.title import FILE_NAME
from app.documents.xml_findings import Finding, faults_of
from app.documents.xml_findings import fault_at as fault

NAME, NUMBER = "Kontor UPD rules", "1"
_PREFIXES = {
    SELLER: ("ON_NSCHFDOPPR", "ON_NSCHFDOPPRMARK", "ON_SCHFDOPPR"),
    BUYER: ("ON_NSCHFDOPPOK", "ON_NSCHFDOPPOKMARK", "ON_SCHFDOPPOK"),
    CORRECTION: ("ON_NKORSCHFDOPPR", "ON_KORSCHFDOPPR", "ON_NKORSCHFDOPPRMARK"),
}  # fmt: skip
_INSTEAD = (
    ("ИННЮЛ", "ДефИННЮЛ"), ("КПП", "ДефКПП"), ("ОКЕИ_Тов", "ДефОКЕИ_Тов"), ("СтТовУчНал", "ДефСтТовУчНал"),
    ("СтТовУчНалВсего", "ДефСтТовУчНалВсего"), ("НомИспрСчФ", "ДефНомИспрСчФ"), ("ДатаИспрСчФ", "ДефДатаИспрСчФ"),
    ("ИННФЛ", "ДефИННФЛ"), ("ОКЕИ_ТовДо", "ДефОКЕИ_ТовДо"), ("ОКЕИ_ТовПосле", "ДефОКЕИ_ТовПосле"),
)  # fmt: skip
_ZERO = Decimal(0)


def rule_faults(root: etree._Element, file_name: str = "") -> list[Fault]:
    """`file_name` is that of the file, where it is known."""
    return faults_of(root, _rules(root, file_name))


def _rules(root: etree._Element, file_name: str) -> Iterator[Finding]:
    head = head_of(root)
    if head is None:
        return
    kind, version = kind_of(head), root.get("ВерсФорм", "")
    yield from _name(root, kind, file_name)
    yield from _numbers(root)
    if kind == SELLER:
        yield from _functions(head, version)
        yield from _sums(head)


def _name(root: etree._Element, kind: str, file_name: str) -> Iterator[Finding]:
    """KU-01 to KU-03: the id is the name of the file, and says who sends what to whom."""
    own = root.get("ИдФайл", "")
    stem = file_name.rpartition("/")[2].removesuffix(".xml").removesuffix(".XML")
    if stem.startswith("ON_") and stem != own:
        yield fault(
            "KU-01", N_("The file is named {name}, but says it is {id}.", name=stem, id=own), root, Severity.WARNING
        )
    found = FILE_NAME.fullmatch(own)
    if found is None or found["prefix"] not in _PREFIXES.get(kind, ()):
        yield fault("KU-02", N_("The id of the file has not the form of its kind."), root)
        return
    exchange = root.find("СвУчДокОбор")
    if exchange is not None and (exchange.get("ИдПол"), exchange.get("ИдОтпр")) != (
        found["recipient"],
        found["sender"],
    ):
        yield fault("KU-03", N_("The id of the file names other participants than the file."), exchange)


def _numbers(root: etree._Element) -> Iterator[Finding]:
    """KU-04 check digits of INN; KU-05 a value and the dash that stands for its absence exclude each other."""
    for element in root.iter(etree.Element):
        for name in ("ИННЮЛ", "ИННФЛ"):
            text = element.get(name, "")
            if text and not inn_number.is_valid(text):
                yield fault(
                    "KU-04", N_("{value} is no INN: its check digits are wrong.", value=text), element, Severity.WARNING
                )
        for name, dash in _INSTEAD:
            if element.get(name) and element.get(dash):
                yield fault("KU-05", N_("{one} and {other} exclude each other.", one=name, other=dash), element)


def _functions(head: etree._Element, version: str) -> Iterator[Finding]:
    """KU-06 to KU-10: what must be there for the function of the document."""
    function, bill = head.get("Функция", ""), head.find("СвСчФакт")
    is_invoice, is_transfer = function in ("СЧФ", "СЧФДОП"), function in ("ДОП", "СЧФДОП")
    checks = (
        ("KU-06", "ТаблСчФакт", is_invoice and head.find("ТаблСчФакт") is None),
        ("KU-07", "СвПродПер", is_transfer and head.find("СвПродПер") is None),
        ("KU-08", "@НаимДокОпр", is_transfer and not head.get("НаимДокОпр")),
        ("KU-09", "@ПоФактХЖ", is_transfer and not head.get("ПоФактХЖ")),
        (
            "KU-10", "СвСчФакт/ДокПодтвОтгрНом",
            function == "СЧФ" and version == "5.03" and bill is not None and bill.find("ДокПодтвОтгрНом") is None,
        ),
    )  # fmt: skip
    for rule, path, is_broken in checks:
        if is_broken:
            yield fault(rule, N_("{path} is missing, which {function} must have.", path=path, function=function), head)


def _sums(head: etree._Element) -> Iterator[Finding]:
    """KU-11 to KU-13: lines and sums agree. Prices in a foreign currency and rounding make these warnings."""
    net = gross = _ZERO
    for line in head.iterfind("ТаблСчФакт/СведТов"):
        amount, price, value = (_number(line.get(name)) for name in ("КолТов", "ЦенаТов", "СтТовБезНДС"))
        tax, total = _number(line.findtext("СумНал/СумНал")), _number(line.get("СтТовУчНал"))
        net, gross = net + (value or _ZERO), gross + (total or _ZERO)
        if amount and price and value is not None and abs(round_amount(amount * price, "RUB") - value) > _cents(amount):
            yield _differs("KU-11", "@СтТовБезНДС", value, amount * price, line)
        if value is not None and total is not None and value + (tax or _ZERO) != total:
            yield _differs("KU-12", "@СтТовУчНал", total, value + (tax or _ZERO), line)
    total_of_all = head.find("ТаблСчФакт/ВсегоОпл")
    if total_of_all is None:
        return
    for name, expected in (("СтТовБезНДСВсего", net), ("СтТовУчНалВсего", gross)):
        given = _number(total_of_all.get(name))
        if given is not None and given != expected:
            yield _differs("KU-13", f"@{name}", given, expected, total_of_all)


def _cents(amount: Decimal) -> Decimal:
    """What rounding of the price to two decimals may make."""
    return max(Decimal("0.01"), abs(amount) * Decimal("0.005"))


def _differs(rule: str, path: str, given: Decimal, expected: Decimal, element: etree._Element) -> Finding:
    said, follows = format(given, "f"), format(round_amount(expected, "RUB"), "f")
    message = N_(
        "{path} is {given}, but {expected} follows from the other values.", path=path, given=said, expected=follows
    )
    return fault(rule, message, element, Severity.WARNING)


def _number(text: str | None) -> Decimal | None:
    try:
        found = Decimal(text) if text and len(text) < 40 else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() and abs(found.adjusted()) < 30 else None
