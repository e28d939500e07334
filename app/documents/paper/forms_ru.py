"""Russian forms of an invoice: счёт на оплату, счёт-фактура and УПД.

Счёт-фактура: Government resolution 1137 of 26 December 2011, annex 1, as in force since 1 October 2024 (goods that are not
traced: without the columns 12 to 14). УПД: recommended by the tax service's letter ММВ-20-3/96@ of 21 October 2013.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from app.documents.model.invoice import BillingDocument
from app.documents.model.party import Party
from app.documents.okei import okei_name, to_okei
from app.documents.paper.canvas import CENTRE, LARGE, LEFT, RIGHT, SMALL, TEXT, TINY, Canvas
from app.documents.paper.grid import Grid, GridColumn, draw, grid_of
from app.documents.paper.national import FormLine, Paper, SumsOf, bank_of, inn_kpp, long_day, paper_of, place_of
from app.documents.paper.payment_code import payment_squares
from app.documents.paper.spelled import Gender, Noun, counted, sum_in_words
from app.documents.paper.typeset import MILLIMETRE, POINT, clean
from app.documents.upd.codes import country_number, currency_number
from app.documents.upd.party import tax_number, tax_office

ITEMS = Noun("наименование", "наименования", "наименований", Gender.NEUTER)
_CURRENCIES = {"RUB": "российский рубль", "EUR": "евро", "USD": "доллар США", "CNY": "китайский юань", "BYN": "белорусский рубль",
               "KZT": "тенге", "UAH": "гривна"}  # fmt: skip
_PACKAGES = {"XCT": "кор", "RM": "пач", "XBG": "меш", "XPX": "пал", "XCA": "банк", "XTU": "туб", "XBB": "боб"}
_SIGN = 30 * POINT
_CODE = 32 * MILLIMETRE


def unit_ru(unit: str) -> str:
    """The short name of a unit; those of packages that the classification has no number for are the usual ones."""
    return _PACKAGES.get(unit) or okei_name(unit)


def rate_of(line: FormLine, paper: Paper) -> str:
    return "без НДС" if line.rate is None else paper.figures.percent(line.rate)


def requisites(party: Party, paper: Paper) -> str:
    """A party in one line: name, INN, KPP, address, telephone."""
    parts = [party.name]
    if number := tax_number(party) or party.tax_number or party.vat_id:
        parts.append(f"ИНН {number}")
    if office := tax_office(party):
        parts.append(f"КПП {office}")
    parts.append(place_of(party, paper.figures))
    if party.contact and party.contact.phone:
        parts.append(f"тел. {party.contact.phone}")
    return ", ".join(clean(part) for part in parts if part)


def bill(document: BillingDocument) -> Canvas:
    """Счёт на оплату: where to pay, what for, how much in words."""
    canvas, paper = Canvas(), paper_of(document, "ru")
    _bank(canvas, document)
    canvas.write(f"Счёт на оплату № {document.number} от {long_day(document.issue_date, 'ru')}", LARGE, after=4 * POINT)
    canvas.rule(0, canvas.top, canvas.width, POINT)
    canvas.top += 6 * POINT
    order = " ".join(part for part in (document.order_reference, document.sales_order_reference) if part)
    due = document.payment_terms.due_date if document.payment_terms else None
    for label, value in (
        ("Поставщик:", requisites(document.seller, paper)),
        ("Покупатель:", requisites(document.buyer, paper)),
        ("Основание:", f"Заказ {order}" if order else ""),
        ("Оплатить до:", long_day(due, "ru") if due else ""),
    ):
        if value:
            canvas.put(label, 0, canvas.top, 26 * MILLIMETRE)
            canvas.write(value, TEXT.bold, at=28 * MILLIMETRE, after=3 * POINT)
    canvas.top += 5 * POINT
    _bill_table(canvas, paper)
    bill_sums(canvas, paper, ("Итого без НДС:", "НДС", "Без налога (НДС)", "Всего к оплате:"))
    sentence = (
        f"Всего {counted(len(paper.lines), ITEMS, 'ru')} на сумму {paper.amount(paper.gross)} {document.currency}"
    )
    canvas.write(sentence)
    canvas.write(sum_in_words(paper.gross, document.currency, "ru"), TEXT.bold, after=6 * POINT)
    canvas.rule(0, canvas.top, canvas.width, POINT)
    canvas.need(_SIGN)
    canvas.top += 14 * POINT
    half = canvas.width // 2
    canvas.sign("Руководитель", 0, half - 4 * MILLIMETRE, "(подпись, расшифровка)")
    canvas.sign("Бухгалтер", half, half, "(подпись, расшифровка)")
    _payment_code(canvas, document)
    return canvas


def _payment_code(canvas: Canvas, document: BillingDocument) -> None:
    """The code that a banking app reads, below the signatures."""
    rows = payment_squares(document)
    if not rows:
        return
    canvas.top += _SIGN
    square = _CODE // len(rows)
    canvas.need(_CODE + TEXT.leading)
    canvas.write("Оплата по QR-коду", SMALL)
    for place, row in enumerate(rows):
        for start, end in dark_runs(row):
            canvas.rule(start * square, canvas.top + place * square, (end - start) * square, square)
    canvas.top += _CODE


def dark_runs(row: Sequence[int]) -> list[tuple[int, int]]:
    """Where the dark squares of a row begin and end."""
    edges = [at for at, (one, next_one) in enumerate(pairwise([0, *row, 0])) if bool(one) != bool(next_one)]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _bank(canvas: Canvas, document: BillingDocument) -> None:
    """The upper box: the seller's bank, BIC, account, INN, KPP."""
    means, seller = bank_of(document), document.seller
    left, row = 105 * MILLIMETRE, 12 * MILLIMETRE
    label = left + 16 * MILLIMETRE
    canvas.frame(0, 0, canvas.width, 3 * row)
    canvas.rule(0, row, canvas.width)
    canvas.rule(0, row * 3 // 2, left)
    canvas.upright(left, 0, 3 * row)
    canvas.upright(label, 0, 3 * row)
    canvas.upright(left // 2, row, row // 2)
    pad = 2 * POINT
    for text, at, top in (
        (means.text or means.bic, pad, pad), (f"ИНН {tax_number(seller) or seller.tax_number or seller.vat_id}", pad, row + pad),
        (f"КПП {tax_office(seller)}", left // 2 + pad, row + pad), (means.account_name or seller.name, pad, row * 3 // 2 + pad),
        ("БИК", left + pad, pad), (means.bic, label + pad, pad),
        ("Сч. №", left + pad, row + pad), (means.account, label + pad, row + pad),
    ):  # fmt: skip
        room = (left if at < left else canvas.width) - at - pad
        canvas.put(text, at, top, room if at != pad or top != row + pad else left // 2 - 2 * pad)
    canvas.put("Банк получателя", pad, row - TINY.leading - POINT, left, TINY)
    canvas.put("Получатель", pad, 3 * row - TINY.leading - POINT, left, TINY)
    canvas.top = 3 * row + 12 * POINT


def _bill_table(canvas: Canvas, paper: Paper) -> None:
    columns = (
        GridColumn("№", 9 * MILLIMETRE, RIGHT), GridColumn("Артикул", 24 * MILLIMETRE),
        GridColumn("Товары (работы, услуги)", 0, is_text=True), GridColumn("Кол-во", 15 * MILLIMETRE, RIGHT),
        GridColumn("Ед.", 11 * MILLIMETRE), GridColumn("Цена без НДС", 20 * MILLIMETRE, RIGHT),
        GridColumn("Ставка НДС", 13 * MILLIMETRE, RIGHT), GridColumn("Сумма без НДС", 24 * MILLIMETRE, RIGHT),
    )  # fmt: skip
    rows = [
        (str(place), line.sku, line.name, paper.figures.quantity(line.quantity), unit_ru(line.unit),
         paper.price(line.price), rate_of(line, paper), paper.amount(line.net))
        for place, line in enumerate(paper.lines, 1)
    ]  # fmt: skip
    draw(canvas, grid_of(columns, rows, canvas.width), rows)
    canvas.top += 5 * POINT


def bill_sums(canvas: Canvas, paper: Paper, words: tuple[str, str, str, str]) -> None:
    """Net, VAT by rate or its absence, total, at the right; `words` are the labels in this order."""
    net, tax, untaxed, total = words
    rows = [(net, paper.net)]
    rates = dict.fromkeys(line.rate for line in paper.lines)
    for rate in rates:
        group = sum((line.tax for line in paper.lines if line.rate == rate), paper.net * 0)
        rows.append((untaxed if rate is None else f"{tax} {paper.figures.percent(rate)}:", group))
    document = paper.document
    rows.append((total, paper.gross))
    if document.totals.prepaid:
        rows += [("Оплачено:" if paper.figures.language == "ru" else "Сплачено:", -document.totals.prepaid)]
        rows += [(total, document.totals.payable)]
    canvas.need(len(rows) * TEXT.leading)
    for label, value in rows:
        canvas.put(label, 0, canvas.top, canvas.width - 34 * MILLIMETRE, TEXT.bold, align=RIGHT)
        amount = "–" if label == untaxed else paper.amount(value)
        canvas.put(amount, canvas.width - 32 * MILLIMETRE, canvas.top, 32 * MILLIMETRE, TEXT.bold, align=RIGHT)
        canvas.top += TEXT.leading
    canvas.top += 4 * POINT


def invoice(document: BillingDocument) -> Canvas:
    """Счёт-фактура."""
    canvas, paper = Canvas(is_wide=True), paper_of(document, "ru")
    canvas.put(
        "Приложение № 1 к постановлению Правительства Российской Федерации от 26 декабря 2011 г. № 1137",
        0, 0, canvas.width, TINY, align=RIGHT,
    )  # fmt: skip
    canvas.top = TINY.leading + 2 * POINT
    head(canvas, paper, 0)
    table(canvas, paper, is_transfer=False)
    signatures(canvas)
    return canvas


def head(canvas: Canvas, paper: Paper, at: int) -> None:
    """Lines 1 to 8 of a счёт-фактура, from the left edge `at`."""
    document = paper.document
    seller, buyer, day = document.seller, document.buyer, long_day(document.issue_date, "ru")
    canvas.write(f"СЧЁТ-ФАКТУРА № {document.number} от {day}  (1)", LARGE, at=at)
    earlier = document.preceding[0] if document.preceding else None
    mended = f"ИСПРАВЛЕНИЕ № {document.number if earlier else '--'} от {day if earlier else '--'}  (1а)"
    canvas.write(mended, TEXT, at=at, after=2 * POINT)
    delivery = document.delivery
    receiver = delivery.name if delivery and delivery.name else buyer.name
    goes_to = Party(name=receiver, address=delivery.address if delivery and delivery.address else buyer.address)
    shipped = f"№ {document.despatch_reference or document.number} от {long_day(delivery.date if delivery and delivery.date else document.issue_date, 'ru')}"
    number, name = currency_number(document.currency), _CURRENCIES.get(document.currency, document.currency)
    rows = (
        ("Продавец", seller.name, "(2)"), ("Адрес", place_of(seller, paper.figures), "(2а)"),
        ("ИНН/КПП продавца", inn_kpp(seller), "(2б)"), ("Грузоотправитель и его адрес", "он же", "(3)"),
        ("Грузополучатель и его адрес", ", ".join(x for x in (goes_to.name, place_of(goes_to, paper.figures)) if x), "(4)"),
        ("К платёжно-расчётному документу", "№ -- от --", "(5)"), ("Документ об отгрузке", shipped, "(5а)"),
        ("К счёту-фактуре на предоплату", "№ -- от --", "(5б)"), ("Покупатель", buyer.name, "(6)"),
        ("Адрес", place_of(buyer, paper.figures), "(6а)"), ("ИНН/КПП покупателя", inn_kpp(buyer), "(6б)"),
        ("Валюта: наименование, код", f"{name}, {number or document.currency}", "(7)"),
        ("Идентификатор государственного контракта, договора (соглашения) (при наличии)",
         document.contract_reference or "--", "(8)"),
    )  # fmt: skip
    label_room = 62 * MILLIMETRE
    for label, value, mark in rows:
        value_at = at + label_room
        room = canvas.width - value_at - 9 * MILLIMETRE
        canvas.put(mark, canvas.width - 8 * MILLIMETRE, canvas.top, 8 * MILLIMETRE, SMALL, align=RIGHT)
        high = canvas.put(label, at, canvas.top, label_room - 2 * MILLIMETRE, SMALL)
        high = max(high, canvas.put(clean(value), value_at, canvas.top, room, SMALL))
        canvas.rule(value_at, canvas.top + high, room)
        canvas.top += high + 800
    canvas.top += 3 * POINT


def _columns(*, is_transfer: bool) -> tuple[GridColumn, ...]:
    """Of a счёт-фактура, or with the article's code before them of a УПД."""
    unit, origin = "Единица измерения", "Страна происхождения товара"
    code = (GridColumn("Код товара/ работ, услуг", 24 * MILLIMETRE, LEFT, "А"),) if is_transfer else ()
    return (
        *code,
        GridColumn("№ п/п", 9 * MILLIMETRE, RIGHT, "1"),
        GridColumn("Наименование товара (описание выполненных работ, оказанных услуг), имущественного права", 0, LEFT,
                   "1а", is_text=True),
        GridColumn("Код вида товара", 10 * MILLIMETRE, CENTRE, "1б"),
        GridColumn("код", 9 * MILLIMETRE, CENTRE, "2", unit),
        GridColumn("условное обозна- чение", 12 * MILLIMETRE, CENTRE, "2а", unit),
        GridColumn("Коли- чество (объём)", 14 * MILLIMETRE, RIGHT, "3"),
        GridColumn("Цена (тариф) за единицу измерения", 20 * MILLIMETRE, RIGHT, "4"),
        GridColumn("Стоимость товаров (работ, услуг) без налога — всего", 23 * MILLIMETRE, RIGHT, "5"),
        GridColumn("В том числе сумма акциза", 15 * MILLIMETRE, CENTRE, "6"),
        GridColumn("Налоговая ставка", 13 * MILLIMETRE, RIGHT, "7"),
        GridColumn("Сумма налога, предъявляемая покупателю", 20 * MILLIMETRE, RIGHT, "8"),
        GridColumn("Стоимость товаров (работ, услуг) с налогом — всего", 24 * MILLIMETRE, RIGHT, "9"),
        GridColumn("цифро- вой код", 9 * MILLIMETRE, CENTRE, "10", origin),
        GridColumn("краткое наимено- вание", 14 * MILLIMETRE, LEFT, "10а", origin),
        GridColumn("Регистра- ционный номер декларации на товары", 17 * MILLIMETRE, CENTRE, "11"),
    )  # fmt: skip


def table(canvas: Canvas, paper: Paper, *, is_transfer: bool) -> Grid:
    """The lines with their VAT, and "всего к оплате (9)"."""
    rows = [_row(place, line, paper, is_transfer=is_transfer) for place, line in enumerate(paper.lines, 1)]
    first = 1 if is_transfer else 0
    at = {first + 7: lambda line: line.net, first + 10: lambda line: line.tax, first + 11: lambda line: line.gross}
    size = 15 + first
    grid = grid_of(_columns(is_transfer=is_transfer), rows, canvas.width)
    page_sums = SumsOf(paper, first + 1, "Итого по листу", at, size, crossed=(first + 8, first + 9))
    total = SumsOf(paper, first + 1, "Всего к оплате (9)", at, size, crossed=(first + 8, first + 9))
    draw(canvas, grid, rows, page_sums=page_sums if len(rows) > 20 else None, all_sums=(total,))
    canvas.top += 6 * POINT
    return grid


def _row(place: int, line: FormLine, paper: Paper, *, is_transfer: bool) -> tuple[str, ...]:
    code = (line.sku or "--",) if is_transfer else ()
    country = country_number(line.origin)
    return (
        *code, str(place), line.name, "--", to_okei(line.unit) or "--", unit_ru(line.unit), paper.figures.quantity(line.quantity),
        paper.price(line.price), paper.amount(line.net), "без акциза", rate_of(line, paper),
        "без НДС" if line.rate is None else paper.amount(line.tax), paper.amount(line.gross), country or "--",
        paper.figures.country(line.origin) if country else "--", "--",
    )  # fmt: skip


def signatures(canvas: Canvas) -> None:
    """Head of the firm, chief accountant, sole trader."""
    canvas.need(2 * _SIGN)
    half = canvas.width // 2
    room, caption = half - 6 * MILLIMETRE, "(подпись)                    (ф.и.о.)"
    canvas.top += 4 * POINT
    canvas.sign("Руководитель организации или иное уполномоченное лицо", 0, room, caption)
    canvas.sign("Главный бухгалтер или иное уполномоченное лицо", half, room, caption)
    canvas.top += 24 * POINT
    canvas.sign("Индивидуальный предприниматель или иное уполномоченное лицо", 0, room, caption)
    canvas.sign("", half, room, "(реквизиты свидетельства о государственной регистрации ИП)")
    canvas.top += 24 * POINT


def upd(document: BillingDocument) -> Canvas:
    """УПД: счёт-фактура and the handing over of the goods on one paper; status 1 with VAT, 2 without."""
    canvas, paper = Canvas(is_wide=True), paper_of(document, "ru")
    strip = 33 * MILLIMETRE
    status = "1" if any(line.rate is not None for line in paper.lines) else "2"
    canvas.put("Универсальный\nпередаточный\nдокумент", 0, 2 * POINT, strip - 4 * POINT, TEXT.bold)
    canvas.put("Статус:", 0, 44 * POINT, 14 * MILLIMETRE)
    canvas.frame(15 * MILLIMETRE, 42 * POINT, 8 * MILLIMETRE, 14 * POINT)
    canvas.put(status, 15 * MILLIMETRE, 43 * POINT, 8 * MILLIMETRE, TEXT.bold, align=CENTRE)
    meanings = "1 — счёт-фактура и передаточный документ (акт)\n2 — передаточный документ (акт)"
    canvas.put(meanings, 0, 62 * POINT, strip - 6 * POINT, TINY)
    head(canvas, paper, strip)
    canvas.upright(strip - 3 * POINT, 0, canvas.top)
    table(canvas, paper, is_transfer=True)
    signatures(canvas)
    _transfer(canvas, paper)
    return canvas


def _transfer(canvas: Canvas, paper: Paper) -> None:
    """Fields 8 to 19: what the handing over rests on, who gave and who took."""
    document = paper.document
    height = 122 * POINT
    canvas.need(height)
    order = ", ".join(
        f"{name} {number}"
        for name, number in (("Договор", document.contract_reference), ("Заказ", document.order_reference or document.sales_order_reference))
        if number
    )  # fmt: skip
    shipped = document.delivery.date if document.delivery and document.delivery.date else document.issue_date
    for label, value, mark in (
        ("Основание передачи (сдачи) / получения (приёмки)", order or "--", "[8]"),
        ("Данные о транспортировке и грузе", document.despatch_reference or "--", "[9]"),
    ):
        canvas.put(label, 0, canvas.top, 70 * MILLIMETRE, SMALL)
        canvas.put(value, 72 * MILLIMETRE, canvas.top, canvas.width - 82 * MILLIMETRE, SMALL)
        canvas.put(mark, canvas.width - 8 * MILLIMETRE, canvas.top, 8 * MILLIMETRE, SMALL, align=RIGHT)
        canvas.rule(72 * MILLIMETRE, canvas.top + SMALL.leading, canvas.width - 82 * MILLIMETRE)
        canvas.top += SMALL.leading + 3 * POINT
    top, half = canvas.top, canvas.width // 2
    sides: Sequence[tuple[int, tuple[str, ...]]] = (
        (0, ("Товар (груз) передал / услуги, результаты работ, права сдал [10]",
             f"Дата отгрузки, передачи (сдачи): {long_day(shipped, 'ru')} [11]",
             "Иные сведения об отгрузке, передаче [12]",
             "Ответственный за правильность оформления факта хозяйственной жизни [13]",
             f"Составитель: {requisites(document.seller, paper)} [14]")),
        (half, ("Товар (груз) получил / услуги, результаты работ, права принял [15]",
                "Дата получения (приёмки): «____» ______________ 20___ г. [16]",
                "Иные сведения о получении, приёмке [17]",
                "Ответственный за правильность оформления факта хозяйственной жизни [18]",
                f"Составитель: {requisites(document.buyer, paper)} [19]")),
    )  # fmt: skip
    for at, texts in sides:
        canvas.top = top + 2 * POINT
        room = half - 4 * MILLIMETRE
        for place, text in enumerate(texts):
            high = canvas.put(text, at + 2 * POINT, canvas.top, room, SMALL)
            canvas.top += high + 1_500
            if place in (0, 3):
                canvas.rule(at + 2 * POINT, canvas.top + 8 * POINT, room)
                caption = "(должность)                    (подпись)                    (ф.и.о.)"
                canvas.put(caption, at, canvas.top + 8_500, room, TINY, align=CENTRE)
                canvas.top += 17 * POINT
        canvas.put("М.П.", at + 2 * POINT, canvas.top, room, SMALL)
    canvas.upright(half - 2 * POINT, top, canvas.top + SMALL.leading - top)
    canvas.rule(0, top, canvas.width)
