"""ТОРГ-12, the goods note: unified form of the state statistics committee's resolution 132 of 25 December 1998."""

from __future__ import annotations

from decimal import Decimal

from app.documents.model.invoice import BillingDocument
from app.documents.model.party import Party
from app.documents.okei import to_okei
from app.documents.paper.canvas import CENTRE, LARGE, RIGHT, SMALL, TEXT, TINY, Canvas
from app.documents.paper.forms_ru import rate_of, requisites, unit_ru
from app.documents.paper.grid import GridColumn, draw, grid_of
from app.documents.paper.national import Paper, SumsOf, bank_of, long_day, paper_of
from app.documents.paper.spelled import number_in_words, sum_in_words
from app.documents.paper.typeset import MILLIMETRE, POINT
from app.documents.upd.codes import OKPO

_SIZE = 15


def torg12(document: BillingDocument) -> Canvas:
    """The note of an invoice's goods, with sums by page and for all."""
    canvas, paper = Canvas(is_wide=True), paper_of(document, "ru")
    _head(canvas, paper)
    _table(canvas, paper)
    _foot(canvas, paper)
    return canvas


def _head(canvas: Canvas, paper: Paper) -> None:
    document = paper.document
    seller, buyer = document.seller, document.buyer
    codes = canvas.width - 28 * MILLIMETRE
    approved = "Унифицированная форма № ТОРГ-12. Утверждена постановлением Госкомстата России от 25.12.98 № 132"
    canvas.put(approved, 0, 0, canvas.width, TINY, align=RIGHT)
    canvas.put("Код", codes, TINY.leading, 28 * MILLIMETRE, TINY, align=CENTRE)
    bank = bank_of(document)
    account = ", ".join(part for part in (bank.account, bank.text, f"БИК {bank.bic}" if bank.bic else "") if part)
    own = ", ".join(part for part in (requisites(seller, paper), account) if part)
    delivery = document.delivery
    place = delivery.address if delivery and delivery.address else buyer.address
    receiver = Party(name=delivery.name if delivery and delivery.name else buyer.name, address=place)
    order = document.contract_reference or document.order_reference or document.sales_order_reference
    top = TINY.leading * 2
    canvas.put("Форма по ОКУД", codes - 40 * MILLIMETRE, top, 38 * MILLIMETRE, SMALL, align=RIGHT)
    canvas.put("0330212", codes, top, 28 * MILLIMETRE, SMALL, align=CENTRE)
    canvas.top = top + SMALL.leading + POINT
    frame_top = top - POINT
    canvas.rule(codes, canvas.top, 28 * MILLIMETRE)
    for label, value, code in (
        ("Грузоотправитель", own, _okpo(seller)),
        ("Грузополучатель", requisites(receiver, paper), _okpo(buyer)),
        ("Поставщик", own, _okpo(seller)),
        ("Плательщик", requisites(buyer, paper), _okpo(buyer)),
        ("Основание", f"Заказ {order}" if order else "--", ""),
    ):
        canvas.put(label, 0, canvas.top + POINT, 30 * MILLIMETRE, SMALL)
        room = codes - 52 * MILLIMETRE
        high = canvas.put(value, 31 * MILLIMETRE, canvas.top + POINT, room, SMALL)
        canvas.rule(31 * MILLIMETRE, canvas.top + high + POINT, room)
        if label != "Основание":
            canvas.put("по ОКПО", codes - 20 * MILLIMETRE, canvas.top + POINT, 18 * MILLIMETRE, SMALL, align=RIGHT)
        canvas.put(code or "--", codes, canvas.top + POINT, 28 * MILLIMETRE, SMALL, align=CENTRE)
        canvas.top += high + 2 * POINT
        canvas.rule(codes, canvas.top, 28 * MILLIMETRE)
    canvas.frame(codes, frame_top, 28 * MILLIMETRE, canvas.top - frame_top)
    canvas.top += 6 * POINT
    left = 90 * MILLIMETRE
    canvas.put("ТОВАРНАЯ НАКЛАДНАЯ", 20 * MILLIMETRE, canvas.top + 6 * POINT, left - 20 * MILLIMETRE, LARGE)
    for i, (label, value) in enumerate(
        (("Номер документа", document.number), ("Дата составления", long_day(document.issue_date, "ru")))
    ):
        at = left + i * 45 * MILLIMETRE
        canvas.frame(at, canvas.top, 45 * MILLIMETRE, 26 * POINT)
        canvas.rule(at, canvas.top + 11 * POINT, 45 * MILLIMETRE)
        canvas.put(label, at, canvas.top + 2 * POINT, 45 * MILLIMETRE, TINY, align=CENTRE)
        canvas.put(value, at, canvas.top + 13 * POINT, 45 * MILLIMETRE, TEXT, align=CENTRE)
    canvas.top += 34 * POINT


def _okpo(party: Party) -> str:
    return next((one.value for one in party.identifiers if one.scheme == OKPO), "")


def _table(canvas: Canvas, paper: Paper) -> None:
    goods, unit, count, tax = "Товар", "Единица измерения", "Количество", "НДС"
    columns = (
        GridColumn("Номер по порядку", 10 * MILLIMETRE, RIGHT, "1"),
        GridColumn("наименование, характеристика, сорт, артикул товара", 0, number="2", group=goods, is_text=True),
        GridColumn("код", 24 * MILLIMETRE, number="3", group=goods),
        GridColumn("наимено- вание", 12 * MILLIMETRE, CENTRE, "4", unit),
        GridColumn("код по ОКЕИ", 11 * MILLIMETRE, CENTRE, "5", unit),
        GridColumn("Вид упаковки", 12 * MILLIMETRE, CENTRE, "6"),
        GridColumn("в одном месте", 11 * MILLIMETRE, CENTRE, "7", count),
        GridColumn("мест, штук", 11 * MILLIMETRE, CENTRE, "8", count),
        GridColumn("Масса брутто", 12 * MILLIMETRE, CENTRE, "9"),
        GridColumn("Количество (масса нетто)", 16 * MILLIMETRE, RIGHT, "10"),
        GridColumn("Цена, руб. коп." if paper.document.currency == "RUB" else f"Цена, {paper.document.currency}",
                   20 * MILLIMETRE, RIGHT, "11"),
        GridColumn("Сумма без учёта НДС", 23 * MILLIMETRE, RIGHT, "12"),
        GridColumn("ставка", 13 * MILLIMETRE, RIGHT, "13", tax),
        GridColumn("сумма", 20 * MILLIMETRE, RIGHT, "14", tax),
        GridColumn("Сумма с учётом НДС", 24 * MILLIMETRE, RIGHT, "15"),
    )  # fmt: skip
    rows = [
        (str(place), line.name, line.sku, unit_ru(line.unit), to_okei(line.unit) or "--", "", "", "", "",
         paper.figures.quantity(line.quantity), paper.price(line.price), paper.amount(line.net), rate_of(line, paper),
         "--" if line.rate is None else paper.amount(line.tax), paper.amount(line.gross))
        for place, line in enumerate(paper.lines, 1)
    ]  # fmt: skip
    summed = {
        9: lambda line: line.quantity,
        11: lambda line: line.net,
        13: lambda line: line.tax,
        14: lambda line: line.gross,
    }
    by_page = SumsOf(paper, 1, "Итого", summed, _SIZE, crossed=(10, 12), counts=(9,))
    in_all = SumsOf(paper, 1, "Всего по накладной", summed, _SIZE, crossed=(10, 12), counts=(9,))
    draw(canvas, grid_of(columns, rows, canvas.width), rows, page_sums=by_page, all_sums=(in_all,))
    canvas.top += 6 * POINT


def _foot(canvas: Canvas, paper: Paper) -> None:
    """What is handed over, in words, and who signs for it."""
    canvas.need(130 * POINT)
    half = canvas.width // 2
    count = number_in_words(len(paper.lines), "ru")
    canvas.put("Товарная накладная имеет приложение на ______ листах", 0, canvas.top, half, SMALL)
    canvas.put("Масса груза (нетто) ____________________", half, canvas.top, half, SMALL)
    canvas.top += SMALL.leading + 2 * POINT
    canvas.put(f"и содержит {count} порядковых номеров записей", 0, canvas.top, half, SMALL)
    canvas.put("Масса груза (брутто) ____________________", half, canvas.top, half, SMALL)
    canvas.top += SMALL.leading + 2 * POINT
    words = sum_in_words(Decimal(paper.gross), paper.document.currency, "ru")
    canvas.write(f"Всего отпущено на сумму: {words}", TEXT.bold, after=4 * POINT)
    top, caption, room = (
        canvas.top,
        "(должность)          (подпись)          (расшифровка подписи)",
        half - 8 * MILLIMETRE,
    )
    for label in ("Отпуск груза разрешил", "Главный (старший) бухгалтер", "Отпуск груза произвёл"):
        canvas.sign(label, 0, room, caption)
        canvas.top += 20 * POINT
    day = long_day(paper.document.issue_date, "ru")
    canvas.put(f"М.П.          {day}", 0, canvas.top, half, SMALL)
    canvas.top = top
    canvas.put("По доверенности № __________ от «____» ______________ 20___ г.", half, canvas.top, half, SMALL)
    canvas.top += 20 * POINT
    for label in ("Груз принял", "Груз получил грузополучатель"):
        canvas.sign(label, half, room, caption)
        canvas.top += 20 * POINT
    canvas.put("М.П.          «____» ______________ 20___ г.", half, canvas.top, half, SMALL)
    canvas.upright(half - 4 * POINT, top, canvas.top + SMALL.leading - top)
    canvas.top += SMALL.leading
