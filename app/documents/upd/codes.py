"""Codes of the Russian classifications: currencies (OKV), countries (OKSM), regions, and rates of VAT as UPD writes them."""

from __future__ import annotations

import re
from decimal import Decimal

from app.documents.model.totals import VatCategory

RUSSIA = "RU"
EDO = "EDO"  # the scheme of a participant's id with its operator, in `Party.endpoint`
KPP, OKPO = "KPP", "OKPO"  # schemes in `Party.identifiers`
WITHOUT_VAT = "без НДС"
BY_AGENT = "НДС исчисляется налоговым агентом"
RATE = "НалСт"  # the name of a line's attribute that keeps a rate such as 20/120

_CURRENCIES = {
    "RUB": "643", "USD": "840", "EUR": "978", "CNY": "156", "KZT": "398", "BYN": "933", "UAH": "980", "GBP": "826",
    "CHF": "756", "JPY": "392", "TRY": "949", "AED": "784", "INR": "356", "AMD": "051", "AZN": "944", "GEL": "981",
    "KGS": "417", "MDL": "498", "TJS": "972", "UZS": "860", "PLN": "985", "CZK": "203", "SEK": "752", "NOK": "578",
    "DKK": "208", "HUF": "348", "BGN": "975", "RON": "946", "RSD": "941", "CAD": "124", "AUD": "036", "HKD": "344",
    "KRW": "410", "SGD": "702", "TMT": "934", "VND": "704", "THB": "764", "BRL": "986", "ZAR": "710", "EGP": "818",
}  # fmt: skip
_COUNTRIES = {
    "RU": "643", "BY": "112", "KZ": "398", "UA": "804", "AM": "051", "AZ": "031", "GE": "268", "KG": "417", "MD": "498",
    "TJ": "762", "TM": "795", "UZ": "860", "DE": "276", "NL": "528", "BE": "056", "FR": "250", "IT": "380", "ES": "724",
    "PT": "620", "AT": "040", "CH": "756", "PL": "616", "CZ": "203", "SK": "703", "HU": "348", "RO": "642", "BG": "100",
    "RS": "688", "SI": "705", "HR": "191", "GR": "300", "TR": "792", "GB": "826", "IE": "372", "DK": "208", "SE": "752",
    "NO": "578", "FI": "246", "EE": "233", "LV": "428", "LT": "440", "LU": "442", "CY": "196", "CN": "156", "JP": "392",
    "KR": "410", "TW": "158", "HK": "344", "IN": "356", "VN": "704", "TH": "764", "MY": "458", "SG": "702", "ID": "360",
    "US": "840", "CA": "124", "MX": "484", "BR": "076", "AR": "032", "CL": "152", "AU": "036", "NZ": "554", "ZA": "710",
    "EG": "818", "MA": "504", "TN": "788", "IL": "376", "AE": "784", "SA": "682", "IR": "364", "PK": "586", "BD": "050",
    "MN": "496", "IS": "352", "MT": "470", "MK": "807", "BA": "070", "AL": "008", "ME": "499",
}  # fmt: skip
REGIONS = {
    "01": "Республика Адыгея", "02": "Республика Башкортостан", "03": "Республика Бурятия", "04": "Республика Алтай",
    "05": "Республика Дагестан", "06": "Республика Ингушетия", "07": "Кабардино-Балкарская Республика",
    "08": "Республика Калмыкия", "09": "Карачаево-Черкесская Республика", "10": "Республика Карелия",
    "11": "Республика Коми", "12": "Республика Марий Эл", "13": "Республика Мордовия", "14": "Республика Саха (Якутия)",
    "15": "Республика Северная Осетия - Алания", "16": "Республика Татарстан", "17": "Республика Тыва",
    "18": "Удмуртская Республика", "19": "Республика Хакасия", "20": "Чеченская Республика", "21": "Чувашская Республика",
    "22": "Алтайский край", "23": "Краснодарский край", "24": "Красноярский край", "25": "Приморский край",
    "26": "Ставропольский край", "27": "Хабаровский край", "28": "Амурская область", "29": "Архангельская область",
    "30": "Астраханская область", "31": "Белгородская область", "32": "Брянская область", "33": "Владимирская область",
    "34": "Волгоградская область", "35": "Вологодская область", "36": "Воронежская область", "37": "Ивановская область",
    "38": "Иркутская область", "39": "Калининградская область", "40": "Калужская область", "41": "Камчатский край",
    "42": "Кемеровская область", "43": "Кировская область", "44": "Костромская область", "45": "Курганская область",
    "46": "Курская область", "47": "Ленинградская область", "48": "Липецкая область", "49": "Магаданская область",
    "50": "Московская область", "51": "Мурманская область", "52": "Нижегородская область", "53": "Новгородская область",
    "54": "Новосибирская область", "55": "Омская область", "56": "Оренбургская область", "57": "Орловская область",
    "58": "Пензенская область", "59": "Пермский край", "60": "Псковская область", "61": "Ростовская область",
    "62": "Рязанская область", "63": "Самарская область", "64": "Саратовская область", "65": "Сахалинская область",
    "66": "Свердловская область", "67": "Смоленская область", "68": "Тамбовская область", "69": "Тверская область",
    "70": "Томская область", "71": "Тульская область", "72": "Тюменская область", "73": "Ульяновская область",
    "74": "Челябинская область", "75": "Забайкальский край", "76": "Ярославская область", "77": "г. Москва",
    "78": "г. Санкт-Петербург", "79": "Еврейская автономная область", "83": "Ненецкий автономный округ",
    "86": "Ханты-Мансийский автономный округ - Югра", "87": "Чукотский автономный округ",
    "89": "Ямало-Ненецкий автономный округ",
}  # fmt: skip
_ALPHA_CURRENCY = {number: code for code, number in _CURRENCIES.items()} | {"810": "RUB"}
_ALPHA_COUNTRY = {number: code for code, number in _COUNTRIES.items()}
_OLD_RATES = ("0", "10", "18", "20")
_NEW_RATES = ("0", "5", "7", "9.09", "10", "16.67", "18", "18.03", "20", "22")
_PERCENT = re.compile(r"([0-9]{1,2})(?:[.,]([0-9]{1,2}))?%", re.ASCII)
_FRACTION = re.compile(r"([0-9]{1,2})/1[0-9]{2}", re.ASCII)


def currency_code(number: str) -> str:
    """EUR for 978; a number that is not known stays as it is."""
    return _ALPHA_CURRENCY.get(number, number)


def currency_number(code: str) -> str:
    return _CURRENCIES.get(code) or (code if len(code) == 3 and code.isdecimal() else "")


def country_code(number: str) -> str:
    return _ALPHA_COUNTRY.get(number, number)


def country_number(code: str) -> str:
    return _COUNTRIES.get(code) or (code if len(code) == 3 and code.isdecimal() else "")


def read_rate(text: str) -> tuple[VatCategory, Decimal] | None:
    """Category and percentage of `20%`, `20/120` (the tax is part of the amount), `без НДС` and the like."""
    if text == WITHOUT_VAT:
        return VatCategory.EXEMPT, Decimal(0)
    if text == BY_AGENT:
        return VatCategory.REVERSE_CHARGE, Decimal(0)
    if found := _PERCENT.fullmatch(text):
        rate = Decimal(f"{found[1]}.{found[2]}" if found[2] else found[1])
        return (VatCategory.STANDARD if rate else VatCategory.ZERO), rate
    if found := _FRACTION.fullmatch(text):
        return VatCategory.STANDARD, Decimal(found[1])
    return None


def is_plain_rate(text: str) -> bool:
    """Is it what `rate_text` would write for what it stands for?"""
    return "/" not in text and "," not in text


def rate_text(category: VatCategory, rate: Decimal | None, version: str) -> str:
    """As the version has it in its list; empty where it has none."""
    if category in (VatCategory.EXEMPT, VatCategory.OUT_OF_SCOPE):
        return WITHOUT_VAT
    if category is VatCategory.REVERSE_CHARGE:
        return BY_AGENT
    plain = format((rate or Decimal(0)).normalize(), "f")
    known = _OLD_RATES if version == "5.01" else _NEW_RATES
    return f"{plain.replace('.', ',')}%" if plain in known else ""
