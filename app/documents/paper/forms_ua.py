"""Ukrainian forms of an invoice: рахунок-фактура and видаткова накладна.

Both are free forms that hold what article 9 of the law on accounting (996-XIV) asks of a source document: name and day of
the document, the firm, what happened and how much of it, who answers for it.
"""

from __future__ import annotations

from app.documents.model.invoice import BillingDocument
from app.documents.model.party import Party
from app.documents.paper.canvas import LARGE, RIGHT, SMALL, TEXT, Canvas
from app.documents.paper.forms_ru import bill_sums
from app.documents.paper.grid import GridColumn, draw, grid_of
from app.documents.paper.national import Paper, bank_of, long_day, paper_of, place_of
from app.documents.paper.spelled import Gender, Noun, counted, sum_in_words
from app.documents.paper.typeset import MILLIMETRE, POINT, clean

_ITEMS = Noun("найменування", "найменування", "найменувань", Gender.NEUTER)
_UNITS = {
    "H87": "шт", "EA": "шт", "C62": "од", "PR": "пара", "SET": "компл", "DZN": "дюж", "KGM": "кг", "GRM": "г", "TNE": "т",
    "MTR": "м", "CMT": "см", "MMT": "мм", "MTK": "м²", "MTQ": "м³", "LTR": "л", "MLT": "мл", "RM": "пачка", "HUR": "год",
    "DAY": "дн", "XRO": "рул", "XPK": "уп", "XBX": "кор", "XCT": "кор", "XBG": "міш", "XPX": "пал", "XBO": "пл",
    "XCA": "банка", "XTU": "туб",
}  # fmt: skip


def _party(party: Party, paper: Paper, *, account: str = "", bank: str = "") -> str:
    """Name, EDRPOU, tax number, account, address, telephone."""
    parts = [party.name]
    if account:
        parts.append(f"п/р {account}" + (f", {bank}" if bank else ""))
    if party.registration:
        parts.append(f"ЄДРПОУ {party.registration.value}")
    if number := party.tax_number or party.vat_id.removeprefix("UA"):
        parts.append(f"ІПН {number}")
    parts.append(place_of(party, paper.figures))
    if party.contact and party.contact.phone:
        parts.append(f"тел. {party.contact.phone}")
    return ", ".join(clean(part) for part in parts if part)


def _head(canvas: Canvas, paper: Paper, title: str, rows: tuple[tuple[str, str], ...]) -> None:
    document = paper.document
    bank = bank_of(document)
    number = f"{title} № {document.number} від {long_day(document.issue_date, 'uk')}"
    canvas.write(number, LARGE, after=4 * POINT)
    canvas.rule(0, canvas.top, canvas.width, POINT)
    canvas.top += 6 * POINT
    own = _party(document.seller, paper, account=bank.account, bank=bank.text or bank.bic)
    for label, value in (("Постачальник:", own), *rows):
        if value:
            canvas.put(label, 0, canvas.top, 28 * MILLIMETRE)
            canvas.write(value, TEXT.bold, at=30 * MILLIMETRE, after=3 * POINT)
    canvas.top += 5 * POINT


def _table(canvas: Canvas, paper: Paper) -> None:
    columns = (
        GridColumn("№", 9 * MILLIMETRE, RIGHT), GridColumn("Артикул", 24 * MILLIMETRE),
        GridColumn("Найменування товару (робіт, послуг)", 0, is_text=True), GridColumn("Кіль- кість", 15 * MILLIMETRE, RIGHT),
        GridColumn("Од.", 12 * MILLIMETRE), GridColumn("Ціна без ПДВ", 20 * MILLIMETRE, RIGHT),
        GridColumn("Ставка ПДВ", 14 * MILLIMETRE, RIGHT), GridColumn("Сума без ПДВ", 24 * MILLIMETRE, RIGHT),
    )  # fmt: skip
    rows = [
        (str(place), line.sku, line.name, paper.figures.quantity(line.quantity), _UNITS.get(line.unit, line.unit),
         paper.price(line.price), "без ПДВ" if line.rate is None else paper.figures.percent(line.rate), paper.amount(line.net))
        for place, line in enumerate(paper.lines, 1)
    ]  # fmt: skip
    draw(canvas, grid_of(columns, rows, canvas.width), rows)
    canvas.top += 5 * POINT
    bill_sums(canvas, paper, ("Разом без ПДВ:", "ПДВ", "Без ПДВ", "Всього з ПДВ:"))
    currency = paper.document.currency
    count = counted(len(paper.lines), _ITEMS, "uk")
    canvas.write(f"Всього {count} на суму {paper.amount(paper.gross)} {currency}")
    canvas.write(sum_in_words(paper.gross, currency, "uk"), TEXT.bold)
    if paper.tax:
        canvas.write(f"У т. ч. ПДВ: {sum_in_words(paper.tax, currency, 'uk').lower()}")
    canvas.top += 6 * POINT
    canvas.rule(0, canvas.top, canvas.width, POINT)


def _order(document: BillingDocument) -> str:
    order = document.order_reference or document.sales_order_reference
    return f"№ {order}" if order else ""


def bill(document: BillingDocument) -> Canvas:
    """Рахунок-фактура: what is to be paid."""
    canvas, paper = Canvas(), paper_of(document, "uk")
    due = document.payment_terms.due_date if document.payment_terms else None
    buyer = _party(document.buyer, paper)
    rows = (
        ("Одержувач:", buyer),
        ("Платник:", "той самий"),
        ("Замовлення:", _order(document)),
        ("Сплатити до:", long_day(due, "uk") if due else ""),
    )
    _head(canvas, paper, "Рахунок-фактура", rows)
    _table(canvas, paper)
    canvas.need(40 * POINT)
    canvas.top += 14 * POINT
    canvas.sign("Виписав(ла):", canvas.width // 2, canvas.width // 2, "(посада, підпис, прізвище)")
    return canvas


def note(document: BillingDocument) -> Canvas:
    """Видаткова накладна: what was handed over."""
    canvas, paper = Canvas(), paper_of(document, "uk")
    delivery = document.delivery
    place = Party(name=delivery.name, address=delivery.address) if delivery and delivery.address else None
    rows = (
        ("Покупець:", _party(document.buyer, paper)),
        ("Договір:", document.contract_reference),
        ("Замовлення:", _order(document)),
        ("Місце поставки:", ", ".join(x for x in (place.name, place_of(place, paper.figures)) if x) if place else ""),
    )
    _head(canvas, paper, "Видаткова накладна", rows)
    _table(canvas, paper)
    canvas.need(80 * POINT)
    canvas.top += 8 * POINT
    city = document.seller.address.city if document.seller.address else ""
    canvas.write(f"Місце складання: {city}", SMALL, after=8 * POINT)
    half = canvas.width // 2
    canvas.sign("Відвантажив(ла):", 0, half - 4 * MILLIMETRE, "(посада, підпис, прізвище)")
    canvas.sign("Отримав(ла):", half, half, "(посада, підпис, прізвище)")
    canvas.top += 24 * POINT
    canvas.put("М.П.", 0, canvas.top, half, SMALL)
    canvas.put("За довіреністю № __________ від «____» ____________ 20___ р.", half, canvas.top, half, SMALL)
    canvas.top += SMALL.leading
    return canvas
