"""Контрагент: a company or a person, with its role in a document."""

from __future__ import annotations

from app.core.xml import XmlWriter
from app.documents.commerceml.node import Node
from app.documents.model.party import Address, Contact, Identifier, Party

BUYER, SELLER, PAYER, RECEIVER = "Покупатель", "Продавец", "Плательщик", "Получатель"
KPP, OKPO = "KPP", "OKPO"
_ADDRESSES = ("Адрес", "АдресРегистрации", "ЮридическийАдрес", "ФактическийАдрес", "ПочтовыйАдрес")
_COUNTRIES = {
    "россия": "RU", "российская федерация": "RU", "рф": "RU", "643": "RU", "украина": "UA", "беларусь": "BY", "казахстан": "KZ",
    "германия": "DE",
}  # fmt: skip
_COUNTRY_NAMES = {"RU": "Россия", "UA": "Украина", "BY": "Беларусь", "KZ": "Казахстан", "DE": "Германия"}
_PHONE, _MAIL = "Телефон рабочий", "Почта"


def read_party(node: Node) -> Party:
    """What a shop calls a buyer (number#login#name) stays an identifier."""
    legal, short = node.text("ОфициальноеНаименование", "ПолноеНаименование"), node.text("Наименование")
    person = " ".join(text for name in ("Фамилия", "Имя", "Отчество") if (text := node.text(name)))
    identifiers = [
        Identifier(text, scheme)
        for name, scheme in (("Ид", ""), ("КПП", KPP), ("ОКПО", OKPO), ("ЕГРПО", OKPO))
        if (text := node.text(name))
    ]
    registration = node.text("ОГРН")
    found = [address for name in _ADDRESSES for one in node.all(name) if (address := _address(one))]
    contact = _contact(node, person)
    name = legal or short or person
    party = Party(
        name=name, address=found[0] if found else None, trading_name=short if short != name else "",
        tax_number=node.text("ИНН"), registration=Identifier(registration) if registration else None,
        identifiers=tuple(identifiers), contact=contact if contact != Contact() else None,
    )  # fmt: skip
    node.done()
    return party


def _address(node: Node) -> Address | None:
    fields: dict[str, list[str]] = {}
    for field in node.all("АдресноеПоле"):
        kind, value = field.text("Тип").casefold(), field.text("Значение")
        field.done()
        if value:
            fields.setdefault(kind, []).append(value)

    def of(*kinds: str) -> str:
        return ", ".join(value for kind in kinds for value in fields.pop(kind, ()))

    shown, country = node.text("Представление"), of("страна")
    address = Address(
        country=_COUNTRIES.get(country.casefold(), country[:2].upper() if len(country) == 2 else ""),
        street=of("улица", "дом", "корпус", "квартира"), city=of("город", "населенный пункт", "населённый пункт"),
        postal_code=of("почтовый индекс"), region=of("регион", "район"),
        additional=", ".join(value for values in fields.values() for value in values),
        third_line=shown,
    )  # fmt: skip
    node.take("Комментарий")
    node.done()
    return address if address != Address(country="") else None


def _contact(node: Node, person: str) -> Contact:
    phone = mail = ""
    for one in node.all("Контакты", "Контакт"):
        kind, value = one.text("Тип", "КонтактВид").casefold(), one.text("Значение")
        if "почта" in kind or "mail" in kind or "@" in value:
            mail = mail or value
        elif "телефон" in kind or not kind:
            phone = phone or value
        else:
            one.done()
    for agent in node.all("Представители", "Представитель"):
        inner = agent.child("Контрагент") or agent
        person = person or inner.text("Наименование", "ПолноеНаименование")
        inner.take("Отношение", "Ид")
        inner.done()
    return Contact(name=person, phone=phone, email=mail)


def write_party(writer: XmlWriter, party: Party, role: str = "", *, tag: str = "Контрагент") -> None:
    """A company; whoever has no tax number and a person's name only is written alike."""
    schemes = {one.scheme: one.value for one in party.identifiers}
    name = party.name or party.trading_name or schemes.get("", "") or "-"
    with writer.group(tag):
        writer.leaf("Ид", schemes.get("", "")[:40])
        writer.leaf("Наименование", (party.trading_name or name)[:255])
        writer.leaf("ОфициальноеНаименование", name[:255])
        if party.address is not None:
            _write_address(writer, "ЮридическийАдрес", party.address)
        writer.leaf("ИНН", party.tax_number or _inn(party.vat_id))
        writer.leaf("КПП", schemes.get(KPP, ""))
        writer.leaf("ОКПО", schemes.get(OKPO, ""))
        _write_contact(writer, party.contact or Contact())
        writer.leaf("Роль", role)


def _inn(vat_id: str) -> str:
    return vat_id[2:] if vat_id.startswith("RU") else ""


def _write_address(writer: XmlWriter, tag: str, address: Address) -> None:
    parts = (address.postal_code, address.region, address.city, address.street, address.additional)
    with writer.group(tag):
        writer.leaf("Представление", address.third_line or ", ".join(part for part in parts if part))
        for kind, value in (
            ("Почтовый индекс", address.postal_code), ("Страна", _COUNTRY_NAMES.get(address.country, address.country)),
            ("Регион", address.region), ("Город", address.city), ("Улица", address.street), ("Корпус", address.additional),
        ):  # fmt: skip
            if value:
                with writer.group("АдресноеПоле"):
                    writer.leaf("Тип", kind)
                    writer.leaf("Значение", value)


def _write_contact(writer: XmlWriter, contact: Contact) -> None:
    with writer.group("Контакты"):
        for kind, value in ((_PHONE, contact.phone), (_MAIL, contact.email)):
            if value:
                with writer.group("Контакт"):
                    writer.leaf("Тип", kind)
                    writer.leaf("Значение", value)
    if contact.name:
        with writer.group("Представители"), writer.group("Представитель"):
            writer.leaf("Наименование", contact.name)
            writer.leaf("ПолноеНаименование", contact.name)
            writer.leaf("Отношение", "Контактное лицо")
