"""The invented firms and people. VAT numbers have valid check digits and belong to nobody we know of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from app.accounts.domain.roles import Role
from app.accounts.service.addresses import AddressEntry
from app.accounts.service.companies import Facts, Terms

PASSWORD = "demo-ledger"  # noqa: S105 -- of the demo only; `kontor demo` refuses a database in use


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in."""

    email: str
    name: str
    role: Role
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class Account:
    """A customer with its terms, addresses, people and the price lists before the general one."""

    facts: Facts
    terms: Terms
    email: str
    addresses: tuple[AddressEntry, ...]
    people: tuple[Person, ...]
    lists: tuple[str, ...] = ()
    orders: int = 0
    hold: str = ""
    block: str = ""


OPERATOR_FACTS = Facts(
    "NORDKONTOR", "Nordkontor", "Nordkontor Handel GmbH", "DE", vat_id="DE830511404", tax_number="27/123/45678",
    registration_number="HRB 214365, Amtsgericht Hamburg",
)  # fmt: skip

STAFF = (
    Person("anna@nordkontor.example", "Anna Petersen", Role.OPERATOR_ADMIN),
    Person("sven@nordkontor.example", "Sven Larsen", Role.SALES),
    Person("petra@nordkontor.example", "Petra Kowalska", Role.ACCOUNTANT),
    Person("paul@nordkontor.example", "Paul Reimers", Role.PRICING),
    Person("wiebke@nordkontor.example", "Wiebke Hansen", Role.WAREHOUSE),
    Person("ingrid@nordkontor.example", "Ingrid Falk", Role.PURCHASER),
)


def _terms(currency: str, days: int, locale: str, zone: str, *, limit: int | None = None, parent: str = "") -> Terms:
    return Terms(
        currency=currency, payment_days=days, credit_limit=None if limit is None else Decimal(limit), vat_mode="net",
        locale=locale, time_zone=zone, manager_id=None, parent_code=parent,
    )  # fmt: skip


def _both(label: str, name: str, street: str, postcode: str, city: str, country: str) -> AddressEntry:  # noqa: PLR0917
    return AddressEntry(
        label=label, name=name, street=street, postcode=postcode, city=city, country=country, is_ship_to=True,
        is_bill_to=True, is_default_ship_to=True, is_default_bill_to=True,
    )  # fmt: skip


def _site(label: str, name: str, street: str, postcode: str, city: str, country: str) -> AddressEntry:  # noqa: PLR0917
    return AddressEntry(label=label, name=name, street=street, postcode=postcode, city=city, country=country)


ACCOUNTS = (
    Account(
        Facts("10001", "Hanse Werft", "Hanse Werft GmbH", "DE", vat_id="DE129273398"),
        _terms("EUR", 30, "en", "Europe/Berlin", limit=600_000),
        "einkauf@hansewerft.example",
        (
            _both("Head office", "Hanse Werft GmbH", "Werftstraße 12", "24143", "Kiel", "DE"),
            _site("Dock 3", "Hanse Werft GmbH, Dock 3", "Ostuferhafen 7", "24149", "Kiel", "DE"),
        ),
        (
            Person("jonas@hansewerft.example", "Jonas Brandt", Role.COMPANY_ADMIN),
            Person("lena@hansewerft.example", "Lena Vogt", Role.BUYER),
            Person("henrik@hansewerft.example", "Henrik Voss", Role.APPROVER),
            Person("buch@hansewerft.example", "Frieda Buch", Role.BOOKKEEPER),
        ),
        lists=("HANSE-2026", "SHIPYARDS"),
        orders=12,
    ),
    Account(
        Facts("10002", "Hanse Werft Rostock", "Hanse Werft Rostock GmbH", "DE", vat_id="DE813495425"),
        _terms("EUR", 30, "en", "Europe/Berlin", parent="10001"),
        "rostock@hansewerft.example",
        (_both("Yard", "Hanse Werft Rostock GmbH", "Am Kai 4", "18147", "Rostock", "DE"),),
        (Person("mats@hansewerft.example", "Mats Ohm", Role.COMPANY_ADMIN),),
        lists=("HANSE-2026", "SHIPYARDS"),
        orders=4,
    ),
    Account(
        Facts("10003", "Alpen Elektro", "Alpen Elektro GmbH", "AT", vat_id="ATU13585627"),
        _terms("EUR", 14, "en", "Europe/Vienna"),
        "office@alpenelektro.example",
        (_both("Lager Linz", "Alpen Elektro GmbH", "Industriezeile 40", "4020", "Linz", "AT"),),
        (Person("eva@alpenelektro.example", "Eva Gruber", Role.COMPANY_ADMIN),),
        lists=("ELECTRICIANS",),
        orders=6,
    ),
    Account(
        Facts("10004", "Будівельник", "ТОВ «Будівельник-Південь»", "UA"),
        _terms("EUR", 14, "uk", "Europe/Kyiv"),
        "zakupivli@budivelnyk.example",
        (_both("Склад", "ТОВ «Будівельник-Південь»", "вул. Портова, 9", "65026", "Одеса", "UA"),),
        (Person("oksana@budivelnyk.example", "Оксана Коваль", Role.COMPANY_ADMIN, "uk"),),
        lists=("SHIPYARDS",),
        orders=5,
    ),
    Account(
        Facts("10005", "Строймонтаж", "ТОО «Строймонтаж Сервис»", "KZ"),
        _terms("EUR", 0, "ru", "Asia/Almaty"),
        "zakaz@stroymontazh.example",
        (_both("Склад", "ТОО «Строймонтаж Сервис»", "пр. Райымбека, 212", "050016", "Алматы", "KZ"),),
        (Person("timur@stroymontazh.example", "Тимур Ахметов", Role.COMPANY_ADMIN, "ru"),),
        orders=4,
    ),
    Account(
        Facts("10006", "Müller Haustechnik", "Müller Haustechnik KG", "DE", vat_id="DE136695976"),
        replace(_terms("EUR", 30, "en", "Europe/Berlin", limit=20_000), vat_mode="gross"),
        "mueller@haustechnik.example",
        (_both("Hof", "Müller Haustechnik KG", "Feldweg 3", "23560", "Lübeck", "DE"),),
        (Person("max@haustechnik.example", "Max Müller", Role.COMPANY_ADMIN),),
        orders=2,
        hold="Two invoices are more than 30 days overdue.",
    ),
    Account(
        Facts("10007", "Seewind Montage", "Seewind Montage GmbH", "DE", vat_id="DE811569869"),
        _terms("EUR", 30, "en", "Europe/Berlin"),
        "info@seewind.example",
        (_both("Büro", "Seewind Montage GmbH", "Deichstraße 1", "27568", "Bremerhaven", "DE"),),
        (Person("ole@seewind.example", "Ole Harms", Role.COMPANY_ADMIN),),
        block="Insolvency proceedings opened.",
    ),
)  # fmt: skip
