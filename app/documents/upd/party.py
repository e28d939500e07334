"""Parties, their addresses, banks and signers."""

from __future__ import annotations

import re

from lxml import etree
from stdnum.ru import inn as inn_number

from app.documents.model.party import Address, Contact, Identifier, Party
from app.documents.model.payment import PaymentMeans
from app.documents.upd.codes import KPP, OKPO, REGIONS, RUSSIA, country_code, country_number
from app.documents.upd.tree import put
from app.documents.xml_taking import Part

_HOUSE = re.compile(r"(.+), ([0-9][^,]{0,19})(?:, корп\. ([^,]{1,20}))?")
_STREET, _CITY, _HOUSE_PART = 50, 50, 20  # characters of АдрРФ
_ACCOUNT = 20  # digits of a Russian account; an IBAN is not cut
_POSTAL_CODE, _BIC = re.compile(r"[0-9]{6}", re.ASCII), re.compile(r"[0-9]{9}", re.ASCII)
_KPP = re.compile(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}", re.ASCII)


def full_name(part: Part) -> str:
    """From the attributes of ФИО."""
    return " ".join(text for name in ("Фамилия", "Имя", "Отчество") if (text := part.text(f"ФИО/@{name}")))


def read_party(part: Part) -> Party:
    """From УчастникТип of every version; what has neither name nor number still is a party."""
    name, tax_number, registration, identifiers = "", "", "", []
    if who := part.find("ИдСв/СвЮЛУч"):
        name, tax_number = who.text("@НаимОрг"), who.text("@ИННЮЛ")
        identifiers += [Identifier(text, KPP)] if (text := who.text("@КПП")) else []
    elif who := part.find("ИдСв/СвИП"):
        name, tax_number = full_name(who), who.text("@ИННФЛ")
        registration = who.text("@ОГРНИП", "@СвГосРегИП")
    elif who := part.find("ИдСв/СвФЛУч") or part.find("ИдСв/СвФЛУчастФХЖ"):
        name, tax_number = full_name(who), who.text("@ИННФЛ")
    elif who := part.find("ИдСв/СвИнНеУч"):
        name, tax_number = who.text("@Наим", "@НаимОрг"), who.text("@Идентиф")
    identifiers += [Identifier(text, OKPO)] if (text := part.text("@ОКПО")) else []
    contact = Contact(
        phone=part.text("Контакт/@Тлф", "Контакт/Тлф"), email=part.text("Контакт/@ЭлПочта", "Контакт/ЭлПочта")
    )
    return Party(
        name=name, address=read_address(part), trading_name=part.text("@КраткНазв", "@СокрНаим"), tax_number=tax_number,
        registration=Identifier(registration) if registration else None, gln=part.text("Адрес/@ГЛНМеста"),
        identifiers=tuple(identifiers), contact=contact if contact != Contact() else None,
    )  # fmt: skip


def read_address(part: Part) -> Address | None:
    if found := part.find("Адрес/АдрРФ"):
        house, block = found.text("@Дом"), found.text("@Корпус")
        street = ", ".join(text for text in (found.text("@Улица"), house, f"корп. {block}" if block else "") if text)
        region = found.text("@КодРегион")
        if found.element.get("НаимРегион") == REGIONS.get(region):
            found.text("@НаимРегион")
        return Address(
            country=RUSSIA, postal_code=found.text("@Индекс"), region=region, street=street,
            city=found.text("@Город", "@НаселПункт"), third_line=found.text("@Район"), additional=found.text("@Кварт"),
        )  # fmt: skip
    if found := part.find("Адрес/АдрИнф"):
        found.text("@НаимСтран")
        return Address(country=country_code(found.text("@КодСтр")), street=found.text("@АдрТекст"))
    if found := part.find("Адрес/АдрГАР"):
        return _read_register_address(found)
    return None


def _read_register_address(found: Part) -> Address:
    """АдрГАР: the address by the parts of the state register."""
    building = (
        " ".join(text for name in ("@Тип", "@Номер") if (text := one.text(name))) for one in found.all("Здание")
    )
    street = [" ".join(text for name in ("@Тип", "@Наим") if (text := found.text(f"ЭлУлДорСети/{name}"))), *building]
    room = " ".join(
        text for name in ("@Тип", "@Номер") if (text := found.text(f"ПомещЗдания/{name}", f"ПомещКвартиры/{name}"))
    )
    city = " ".join(text for name in ("@Вид", "@Наим") if (text := found.text(f"НаселенПункт/{name}")))
    found.text("НаимРегион")
    return Address(
        country=RUSSIA, postal_code=found.text("@Индекс"), region=found.text("Регион"),
        third_line=found.text("МуниципРайон/@Наим"), city=city or found.text("ГородСелПоселен/@Наим"),
        street=", ".join(text for text in street if text), additional=room,
    )  # fmt: skip


def read_bank(part: Part) -> PaymentMeans | None:
    account, bic = part.text("БанкРекв/@НомерСчета"), part.text("БанкРекв/СвБанк/@БИК")
    bank = part.text("БанкРекв/СвБанк/@НаимБанк")
    return PaymentMeans(account=account, bic=bic, text=bank) if account or bic or bank else None


def tax_number(party: Party) -> str:
    """The INN of a Russian party, wherever it stands; empty where there is none."""
    for text in (party.tax_number, party.vat_id.removeprefix("RU")):
        number = text.replace(" ", "")
        if inn_number.is_valid(number):
            return str(number)
    return ""


def tax_office(party: Party) -> str:
    """The KPP of a company."""
    found = next((one.value for one in party.identifiers if one.scheme == KPP), "")
    return found if _KPP.fullmatch(found) else ""


def write_party(
    parent: etree._Element, tag: str, party: Party, version: str, bank: PaymentMeans | None = None
) -> etree._Element:
    """УчастникТип: a company, a sole trader (INN of 12 digits) or one that is not registered in Russia."""
    is_old = version == "5.01"
    okpo = next((one.value for one in party.identifiers if one.scheme == OKPO), "")
    element = put(parent, tag, {"ОКПО": okpo[:10], "КраткНазв" if is_old else "СокрНаим": party.trading_name[:255]})
    _write_identity(put(element, "ИдСв"), party, is_old=is_old)
    if party.address is not None:
        _write_address(element, party, version)
    steps = (_write_contact, _write_bank) if is_old else (_write_bank, _write_contact)
    for step in steps:
        step(element, party, bank, is_old=is_old)
    return element


def _write_identity(parent: etree._Element, party: Party, *, is_old: bool) -> None:
    number, country = tax_number(party), party.address.country if party.address else RUSSIA
    if len(number) == 12:
        registration = party.registration.value if party.registration else ""
        is_number = len(registration) == 15 and registration.isdecimal()
        key = "СвГосРегИП" if is_old or not is_number else "ОГРНИП"
        put_name(put(parent, "СвИП", {"ИННФЛ": number, key: registration[:100]}), party.name)
    elif number or country == RUSSIA:
        missing = {} if number or not is_old else {"ДефИННЮЛ": "-"}
        values = {"НаимОрг": party.name[:1000], "ИННЮЛ": number, **missing, "КПП": tax_office(party)}
        put(parent, "СвЮЛУч", values)
    elif is_old:
        put(parent, "СвИнНеУч", {"НаимОрг": party.name[:1000], "Идентиф": (party.vat_id or party.tax_number)[:255]})
    else:
        put(parent, "СвИнНеУч", {
            "ИдСтат": "ИО", "КодСтр": country_number(country), "НаимСтран": country, "Наим": party.name[:1000],
            "Идентиф": (party.vat_id or party.tax_number)[:255],
        })  # fmt: skip


def _write_address(parent: etree._Element, party: Party, version: str) -> None:
    address, is_old = party.address, version == "5.01"
    if address is None:
        return
    element = put(parent, "Адрес", {} if is_old else {"ГЛНМеста": party.gln})
    found = _HOUSE.fullmatch(address.street)
    street, house, block = (found[1], found[2], found[3] or "") if found else (address.street, "", "")
    is_short = len(street) <= _STREET and len(address.city) <= _CITY and len(address.third_line) <= _STREET
    is_short = is_short and len(address.additional) <= _HOUSE_PART
    if address.country == RUSSIA and address.region in REGIONS and is_short:
        put(element, "АдрРФ", {
            "Индекс": address.postal_code if _POSTAL_CODE.fullmatch(address.postal_code) else "",
            "КодРегион": address.region, "НаимРегион": "" if is_old else REGIONS[address.region],
            "Район": address.third_line, "Город": address.city, "Улица": street, "Дом": house, "Корпус": block,
            "Кварт": address.additional,
        })  # fmt: skip
        return
    parts = (address.postal_code, address.region, address.city, address.street, address.additional, address.third_line)
    text = ", ".join(part for part in parts if part) or party.name
    names = {} if is_old else {"НаимСтран": "РОССИЯ" if address.country == RUSSIA else address.country}
    put(element, "АдрИнф", {"КодСтр": country_number(address.country) or "643", **names, "АдрТекст": text[:1000]})


def _write_contact(parent: etree._Element, party: Party, bank: PaymentMeans | None, *, is_old: bool) -> None:
    contact = party.contact or Contact()
    if not contact.phone and not contact.email:
        return
    if is_old:
        put(parent, "Контакт", {"Тлф": contact.phone[:255], "ЭлПочта": contact.email[:255]})
        return
    element = put(parent, "Контакт")
    for name, value in (("Тлф", contact.phone), ("ЭлПочта", contact.email)):
        if value:
            put(element, name).text = value[:255]


def _write_bank(parent: etree._Element, party: Party, bank: PaymentMeans | None, *, is_old: bool) -> None:
    if bank is None or not (0 < len(bank.account) <= _ACCOUNT):
        return
    element = put(parent, "БанкРекв", {"НомерСчета": bank.account})
    if _BIC.fullmatch(bank.bic):
        put(element, "СвБанк", {"НаимБанк": bank.text[:1000], "БИК": bank.bic})


def put_name(parent: etree._Element, name: str) -> None:
    """ФИО of a person; the last name comes first."""
    last, first, *middle = [*name.split(), "-", "-"][: max(2, len(name.split()))]
    put(parent, "ФИО", {"Фамилия": last[:60], "Имя": first[:60], "Отчество": " ".join(middle)[:60]})
