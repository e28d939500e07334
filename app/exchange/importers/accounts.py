"""Customer accounts with their terms and main address."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from app.accounts.service.importing import AccountRow, upsert_accounts
from app.core.actor import Actor
from app.core.texts import N_
from app.exchange.domain.chunks import Chunk, Item
from app.exchange.domain.countries import country_code
from app.exchange.domain.fields import Field, Option, Shape, Variants
from app.exchange.domain.outcome import Outcome, RowState
from app.exchange.importers import IMPORTERS, Importer
from app.exchange.policy import Permission

FIELDS = (
    Field("code", N_("Account number"), ("account", "account number", "account code", "customer", "customer number",
          "customer id", "customer no", "Kunde", "Kundennummer", "Kundennr", "клиент", "код клиента", "контрагент",
          "клієнт", "код клієнта"), is_required=True, length=40),
    Field("name", N_("Name"), ("name", "company", "company name", "customer name", "Name", "Firma", "название",
          "наименование", "назва", "компанія"), length=200),
    Field("legal_name", N_("Legal name"), ("legal name", "registered name", "Firmenname laut Register",
          "юридическое название", "полное наименование", "юридична назва"), length=200),
    Field("country_code", N_("Country code"), ("country code", "iso country", "Ländercode", "Länderkennzeichen", "код страны",
          "код країни"), length=60),
    Field("country", N_("Country"), ("country", "Land", "страна", "країна"), length=60),
    Field("vat_id", N_("VAT number"), ("vat id", "vat number", "vat no", "USt-IdNr", "Umsatzsteuer-ID", "ИНН", "номер НДС",
          "ІПН", "номер ПДВ"), length=20),
    Field("tax_number", N_("Tax number"), ("tax number", "Steuernummer", "налоговый номер", "податковий номер"), length=40),
    Field("registration_number", N_("Registration number"), ("registration number", "company number", "Handelsregister",
          "ОГРН", "ЄДРПОУ"), length=60),
    Field("gln", N_("GLN"), ("gln", "global location number"), length=13),
    Field("currency", N_("Currency"), ("currency", "Währung", "валюта"), length=3),
    Field("locale", N_("Language"), ("language", "locale", "Sprache", "язык", "мова"), length=5),
    Field("payment_days", N_("Payment term, days"), ("payment days", "payment term", "Zahlungsziel", "отсрочка платежа",
          "відстрочка платежу"), shape=Shape.WHOLE),
    Field("credit_limit", N_("Credit limit"), ("credit limit", "Kreditlimit", "кредитный лимит", "кредитний ліміт"),
          shape=Shape.NUMBER),
    Field("email", N_("E-mail"), ("email", "e-mail", "mail", "E-Mail-Adresse", "эл. почта", "почта", "ел. пошта", "пошта"),
          length=254),
    Field("invoice_email", N_("E-mail for invoices"), ("invoice email", "billing email", "Rechnungs-E-Mail",
          "почта для счетов", "пошта для рахунків"), length=254),
    Field("phone", N_("Phone"), ("phone", "telephone", "Telefon", "телефон"), length=40),
    Field("street", N_("Street"), ("street", "address", "address line 1", "Straße", "Strasse", "улица", "адрес", "вулиця",
          "адреса"), length=200),
    Field("street2", N_("Address, second line"), ("street 2", "address line 2", "Adresszusatz"), length=200),
    Field("postcode", N_("Postcode"), ("postcode", "postal code", "zip", "zip code", "PLZ", "Postleitzahl", "индекс",
          "почтовый индекс", "поштовий індекс"), length=20),
    Field("city", N_("City"), ("city", "town", "Ort", "Stadt", "город", "місто"), length=100),
    Field("region", N_("Region"), ("region", "state", "county", "Bundesland", "регион", "область"), length=100),
    Field("group", N_("Group"), ("group", "account group", "customer group", "Kundengruppe", "группа", "группа клиентов",
          "група", "група клієнтів"), length=40),
    Field("segments", N_("Segments, apart by commas"), ("segments", "segment", "Segmente", "Segment", "сегменты", "сегмент",
          "сегменти"), length=400),
    Field("parent", N_("Number of the parent account"), ("parent", "parent account", "Konzern", "Hauptkunde",
          "головной клиент", "головний клієнт"), length=40),
    Field("contact", N_("Contact"), ("contact", "contact person", "Ansprechpartner", "контактное лицо",
          "контактна особа"), length=120),
    Field("own", N_("Own field"), ("own",), variants=Variants.CODE, is_plain_allowed=False, length=500),
)  # fmt: skip
_PLAIN = ("name", "legal_name", "vat_id", "tax_number", "registration_number", "gln", "payment_days",
          "credit_limit", "email", "invoice_email", "phone", "street", "street2", "postcode", "city", "region",
          "contact")  # fmt: skip


def apply(actor: Actor, chunk: Chunk) -> Outcome:
    outcome = Outcome()
    currency = chunk.options["currency"].upper() or None
    good = [item for item in chunk.items if _has_known_code(item, chunk, outcome)]
    rows = [_account(item.values, currency) for item in good]
    homeless = 0
    for item, row, result in zip(good, rows, upsert_accounts(actor, rows), strict=True):
        if result.problem is None:
            outcome.note(item.row, RowState(result.outcome))
            homeless += row.country is None
        else:
            outcome.refuse(chunk.problem(item, "code", "refused", result.problem))
    outcome.figures = {"without_country": Decimal(homeless)}
    return outcome


def _has_known_code(item: Item, chunk: Chunk, outcome: Outcome) -> bool:
    """A country code must be one; a country's name may be anything, because old lists hold the oddest ones."""
    given = item.values.get("country_code")
    if given is None or country_code(given):
        return True
    wrong = N_("“{given}” is not a country code of two letters.", given=given)
    outcome.refuse(chunk.problem(item, "country_code", "no_country", wrong))
    return False


def _account(values: dict[str, Any], currency: str | None) -> AccountRow:
    named = values.get("country", "")
    country = country_code(values.get("country_code") or named)
    return AccountRow(
        code=values["code"],
        country=country or None,
        registration={"country": named} if named and not country else None,
        currency=values.get("currency", "").upper() or currency,
        locale=values.get("locale", "").lower() or None,
        group=values.get("group"),
        segments=_codes(values["segments"]) if "segments" in values else None,
        parent=values.get("parent"),
        own={key.partition(":")[2]: text for key, text in values.items() if key.startswith("own:")} or None,
        **{name: values.get(name) for name in _PLAIN},
    )


def _codes(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split(r"[,;|]", text) if part.strip())


IMPORTERS.add(
    "accounts",
    Importer(
        code="accounts",
        label=N_("Customer accounts"),
        about=N_(
            "One account a row. What the file does not say stays as it is; a new account gets the terms of the operator. "
            "A country that is none (“Channel Islands”) is kept as it stands, and the account has no country until somebody "
            "enters it."
        ),
        permission=Permission.ACCOUNTS,
        fields=FIELDS,
        options=(
            Option(
                "currency",
                N_("Currency"),
                N_("Three letters, for rows that name none; empty: the operator's currency."),
            ),
        ),
        apply=apply,
        figures={"without_country": N_("Accounts without a country")},
    ),
)
