"""What every file of the tax service must have: elements, their order, the form of values. Its official schemas say more."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml import etree

from app.core.texts import N_
from app.documents.segments import Fault, Severity
from app.documents.xml_findings import Finding, faults_of
from app.documents.xml_findings import fault_at as fault

NAME, NUMBER = "Kontor UPD structure", "1"
SELLER, BUYER, CORRECTION = "1115131", "1115132", "1115127"
KINDS = {SELLER: "UPD", BUYER: "UPD answer", CORRECTION: "UKD"}
_BEFORE_2019 = {"1115125": SELLER, "1115126": BUYER}  # ON_SCHFDOPPR and ON_SCHFDOPPOK, made alike

_DAY = re.compile(r"[0-3][0-9]\.[01][0-9]\.(?:19|20)[0-9]{2}", re.ASCII)
_TIME = re.compile(r"[0-2][0-9]\.[0-5][0-9]\.[0-5][0-9]", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,11})?", re.ASCII)
_AMOUNT = re.compile(r"-?[0-9]{1,17}(?:\.[0-9]{1,2})?", re.ASCII)
_FORMS = {
    "ИННЮЛ": re.compile(r"[0-9]{10}", re.ASCII), "ИННФЛ": re.compile(r"[0-9]{12}", re.ASCII),
    "КПП": re.compile(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}", re.ASCII), "КодОКВ": re.compile(r"[0-9]{3}", re.ASCII),
    "КодРегион": re.compile(r"[0-9]{2}", re.ASCII), "Индекс": re.compile(r"[0-9]{6}", re.ASCII),
    "БИК": re.compile(r"[0-9]{9}", re.ASCII), "ВремИнфПр": _TIME, "ВремИнфПок": _TIME, "ВремФайлИнфПр": _TIME,
    "НомСтр": re.compile(r"[0-9]{1,6}", re.ASCII), "КНД": re.compile(r"[0-9]{7}", re.ASCII),
}  # fmt: skip
_UNITS = re.compile(r"[0-9]{3,4}", re.ASCII)
_QUANTITIES = ("КолТов", "ЦенаТов")
_AMOUNTS = ("СтТов", "Стоим", "СуммаПРД")
_HEAD = ("@КНД", "@НаимЭконСубСост", "Подписант")
_SELLER_HEAD = (*_HEAD, "@Функция", "@ДатаИнфПр", "@ВремИнфПр")
_BILL = ("СвПрод/ИдСв", "СвПокуп/ИдСв")
_NEEDED = {
    (SELLER, True): (*_SELLER_HEAD, "СвСчФакт/@НомерСчФ", "СвСчФакт/@ДатаСчФ", "СвСчФакт/@КодОКВ",
                     *(f"СвСчФакт/{path}" for path in _BILL)),
    (SELLER, False): (*_SELLER_HEAD, "СвСчФакт/@НомерДок", "СвСчФакт/@ДатаДок", *(f"СвСчФакт/{path}" for path in _BILL)),
    (CORRECTION, True): (*_SELLER_HEAD, "СвКСчФ/СчФ", "ТаблКСчФ", *(f"СвКСчФ/{path}" for path in _BILL)),
    (BUYER, True): (*_HEAD, "@ДатаИнфПок", "@ВремИнфПок", "ИдИнфПрод/@ИдФайлИнфПр", "ИдИнфПрод/ЭП", "СодФХЖ4/СвПрин",
                    "СодФХЖ4/@Функция"),
}  # fmt: skip
_LINE = {
    SELLER: ("ТаблСчФакт", ("@НомСтр", "@НалСт", "Акциз", "СумНал")),
    CORRECTION: ("ТаблКСчФ", ("@НомСтр", "СтТовБезНДС", "СтТовУчНал")),
}
_HEAD_ORDER = ("СвСчФакт", "ТаблСчФакт", "СвПродПер", "СвКСчФ", "ТаблКСчФ", "СодФХЖ3", "Подписант", "ОснДоверОргСост")
_ORDER: dict[bool, dict[str, tuple[str, ...]]] = {  # in 5.01, and after it
    True: {
        "СведТов": ("Акциз", "СумНал", "СвТД", "ДопСведТов", "ИнфПолФХЖ2"),
        "СвСчФакт": ("ИспрСчФ", "СвПрод", "ГрузОт", "ГрузПолуч", "СвПРД", "СвПокуп", "ДопСвФХЖ1", "ДокПодтвОтгр", "ИнфПолФХЖ1"),
    },
    False: {
        "СведТов": ("СвДТ", "ДопСведТов", "Акциз", "СумНал", "ИнфПолФХЖ2"),
        "СвСчФакт": (
            "ИспрДок", "СвПрод", "ГрузОт", "ГрузПолуч", "СвПРД", "ДокПодтвОтгрНом", "СвПокуп", "ДенИзм", "ДопСвФХЖ1", "ИнфПолФХЖ1",
        ),
    },
}  # fmt: skip
VERSIONS = {SELLER: ("5.01", "5.02", "5.03"), BUYER: ("5.01", "5.02", "5.03"), CORRECTION: ("5.01", "5.02", "5.03")}


def head_of(root: etree._Element) -> etree._Element | None:
    """Документ, or ИнфПок of a buyer's title in 5.01."""
    return next((found for name in ("Документ", "ИнфПок") if (found := root.find(name)) is not None), None)


def kind_of(head: etree._Element | None) -> str:
    """The number of the form; forms of before 2019 go by those that took their place."""
    number = head.get("КНД", "") if head is not None else ""
    return _BEFORE_2019.get(number, number)


def structure_faults(root: etree._Element) -> list[Fault]:
    return faults_of(root, _structure(root))


def _structure(root: etree._Element) -> Iterator[Finding]:
    head, version = head_of(root), root.get("ВерсФорм", "")
    for name in ("ИдФайл", "ВерсФорм", "ВерсПрог"):
        if not root.get(name):
            yield fault("MISSING", N_("{path} is missing.", path=f"@{name}"), root)
    if head is None:
        yield fault("MISSING", N_("{path} is missing.", path="Документ"), root)
        return
    kind, is_old = kind_of(head), version == "5.01"
    if kind not in KINDS:
        message = N_("{path}: {value} is not known.", path="@КНД", value=head.get("КНД", ""))
        yield fault("KIND", message, head, Severity.WARNING)
        return
    if version not in VERSIONS[kind]:
        yield fault("VERSION", N_("{path}: {value} is not known.", path="@ВерсФорм", value=version), root)
    if is_old and kind != CORRECTION and root.find("СвУчДокОбор") is None:
        yield fault("MISSING", N_("{path} is missing.", path="СвУчДокОбор"), root)
    yield from _missing(head, _NEEDED[kind, is_old if kind == SELLER else True])
    if kind in _LINE:
        table, needed = _LINE[kind]
        for line in head.iterfind(f"{table}/СведТов"):
            yield from _missing(line, needed)
        if head.find(table) is not None and head.find(f"{table}/СведТов") is None:
            yield fault("MISSING", N_("{path} is missing.", path=f"{table}/СведТов"), head)
    if head.tag == "Документ" and kind != BUYER:
        yield from _misplaced(head, _HEAD_ORDER)
    for name, steps in _ORDER[is_old].items() if kind == SELLER else ():
        for element in root.iter(name):
            yield from _misplaced(element, steps)
    for element in root.iter(etree.Element):
        yield from _values(element)


def _missing(element: etree._Element, paths: Iterable[str]) -> Iterator[Finding]:
    for path in paths:
        parent, _, attribute = path.rpartition("@")
        found = element.find(parent.rstrip("/")) if parent else element
        is_there = found is not None and (bool(found.get(attribute)) if "@" in path else element.find(path) is not None)
        if not (is_there if "@" in path else element.find(path) is not None):
            yield fault("MISSING", N_("{path} is missing.", path=path), element if found is None else found)


def _misplaced(element: etree._Element, steps: tuple[str, ...]) -> Iterator[Finding]:
    """Children out of their order, and those that do not belong there."""
    reached = 0
    for child in element.iterchildren(etree.Element):
        name = str(child.tag)
        if name not in steps:
            yield fault("UNKNOWN", N_("{name} does not belong here.", name=name), child)
        elif steps.index(name) < reached:
            yield fault("ORDER", N_("{name} stands behind what comes after it.", name=name), child)
        else:
            reached = steps.index(name)


def _values(element: etree._Element) -> Iterator[Finding]:
    for key, value in element.attrib.items():
        name, text = str(key), str(value)
        form = _form(name)
        if form is not None and not form.fullmatch(text):
            yield fault(
                "VALUE", N_("{path}: {value} has not the right form.", path=f"@{name}", value=text[:40]), element
            )
    if (
        element.tag in ("СумНал", "СумНДС", "СумАкциз")
        and not len(element)
        and not _AMOUNT.fullmatch((element.text or "").strip())
    ):
        text = (element.text or "").strip()[:40]
        yield fault("VALUE", N_("{path}: {value} has not the right form.", path=str(element.tag), value=text), element)


def _form(name: str) -> re.Pattern[str] | None:
    if found := _FORMS.get(name):
        return found
    if name.startswith("Дата"):
        return _DAY
    if name.startswith("ОКЕИ_"):
        return _UNITS
    if name.startswith(_QUANTITIES):
        return _NUMBER
    return _AMOUNT if name.startswith(_AMOUNTS) else None
