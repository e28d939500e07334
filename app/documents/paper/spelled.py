"""Numbers and amounts in Russian and Ukrainian words, as their documents ask for: "Двадцать одна гривна 02 копейки".

Own tables, about two hundred words: the package for it needs another one that is not kept up any more, lacks half of the
currencies, and does not decline Ukrainian numbers by gender.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum

from app.core.money import minor_units, round_amount

_LARGEST = 10**15


class Gender(IntEnum):
    """Which form of one and two a noun asks for."""

    MASCULINE = 0
    FEMININE = 1
    NEUTER = 2


@dataclass(frozen=True, slots=True)
class Noun:
    """A counted word: with 1, with 2 to 4, with 5 and more."""

    one: str
    few: str
    many: str
    gender: Gender = Gender.MASCULINE

    def behind(self, number: int) -> str:
        """The form that stands behind a number."""
        tens, units = number // 10 % 10, number % 10
        if tens == 1 or units == 0 or units > 4:
            return self.many
        return self.one if units == 1 else self.few


@dataclass(frozen=True, slots=True)
class _Language:
    zero: str
    minus: str
    ones: tuple[tuple[str, str, str], tuple[str, str, str]]  # one and two, by gender
    units: tuple[str, ...]  # three to nineteen
    tens: tuple[str, ...]  # twenty to ninety
    hundreds: tuple[str, ...]
    powers: tuple[Noun, ...]  # thousands upwards
    currencies: Mapping[str, tuple[Noun, Noun]]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _noun(words: list[str]) -> Noun:
    gender, one, few, many = (word.replace("_", " ") for word in words)
    return Noun(one, few, many, Gender("mfn".index(gender)))


def _nouns(*rows: str) -> dict[str, tuple[Noun, Noun]]:
    """Rows such as: RUB m рубль рубля рублей f копейка копейки копеек; the underscore stands for a blank."""
    found = {}
    for row in rows:
        code, *words = row.split()
        main, part = _noun(words[:4]), _noun(words[4:])
        found[code] = (main, part)
    return found


_RUSSIAN = _Language(
    zero="ноль",
    minus="минус",
    ones=(("один", "одна", "одно"), ("два", "две", "два")),
    units=_words(
        "три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать "
        "шестнадцать семнадцать восемнадцать девятнадцать"
    ),
    tens=_words("двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто"),
    hundreds=_words("сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот"),
    powers=(
        Noun("тысяча", "тысячи", "тысяч", Gender.FEMININE),
        Noun("миллион", "миллиона", "миллионов"),
        Noun("миллиард", "миллиарда", "миллиардов"),
        Noun("триллион", "триллиона", "триллионов"),
    ),
    currencies=_nouns(
        "RUB m рубль рубля рублей f копейка копейки копеек",
        "UAH f гривна гривны гривен f копейка копейки копеек",
        "EUR m евро евро евро m цент цента центов",
        "USD m доллар_США доллара_США долларов_США m цент цента центов",
        "BYN m белорусский_рубль белорусских_рубля белорусских_рублей f копейка копейки копеек",
        "KZT m тенге тенге тенге m тиын тиына тиынов",
        "PLN m злотый злотых злотых m грош гроша грошей",
        "CHF m швейцарский_франк швейцарских_франка швейцарских_франков m раппен раппена раппенов",
        "GBP m фунт_стерлингов фунта_стерлингов фунтов_стерлингов m пенс пенса пенсов",
        "CNY m юань юаня юаней m фэнь фэня фэней",
        "TRY f турецкая_лира турецкие_лиры турецких_лир m куруш куруша курушей",
        "JPY f иена иены иен m сен сена сенов",
    ),
)

_UKRAINIAN = _Language(
    zero="нуль",
    minus="мінус",
    ones=(("один", "одна", "одне"), ("два", "дві", "два")),
    units=_words(
        "три чотири п’ять шість сім вісім дев’ять десять одинадцять дванадцять тринадцять чотирнадцять п’ятнадцять "
        "шістнадцять сімнадцять вісімнадцять дев’ятнадцять"
    ),
    tens=_words("двадцять тридцять сорок п’ятдесят шістдесят сімдесят вісімдесят дев’яносто"),
    hundreds=_words("сто двісті триста чотириста п’ятсот шістсот сімсот вісімсот дев’ятсот"),
    powers=(
        Noun("тисяча", "тисячі", "тисяч", Gender.FEMININE),
        Noun("мільйон", "мільйони", "мільйонів"),
        Noun("мільярд", "мільярди", "мільярдів"),
        Noun("трильйон", "трильйони", "трильйонів"),
    ),
    currencies=_nouns(
        "UAH f гривня гривні гривень f копійка копійки копійок",
        "RUB m рубль рублі рублів f копійка копійки копійок",
        "EUR m євро євро євро m цент центи центів",
        "USD m долар_США долари_США доларів_США m цент центи центів",
        "BYN m білоруський_рубль білоруські_рублі білоруських_рублів f копійка копійки копійок",
        "KZT n теньге теньге теньге m тиїн тиїни тиїнів",
        "PLN m злотий злоті злотих m грош гроші грошів",
        "CHF m швейцарський_франк швейцарські_франки швейцарських_франків m рапен рапени рапенів",
        "GBP m фунт_стерлінгів фунти_стерлінгів фунтів_стерлінгів m пенс пенси пенсів",
        "CNY m юань юані юанів m фень фені фенів",
        "TRY f турецька_ліра турецькі_ліри турецьких_лір m куруш куруші курушів",
        "JPY f єна єни єн m сен сени сенів",
    ),
)
_LANGUAGES = {"ru": _RUSSIAN, "uk": _UKRAINIAN}


def number_in_words(number: int, language: str, gender: Gender = Gender.MASCULINE) -> str:
    """A whole number below 10^15 in words; `language` is ru or uk (else KeyError)."""
    words = _LANGUAGES[language]
    if abs(number) >= _LARGEST:
        raise ValueError(f"{number} is too large to be said")
    if number < 0:
        return f"{words.minus} {number_in_words(-number, language, gender)}"
    if number == 0:
        return words.zero
    parts: list[str] = []
    for power in range(len(words.powers), 0, -1):
        group = number // 1000**power % 1000
        if group:
            noun = words.powers[power - 1]
            parts += [*_below_thousand(group, words, noun.gender), noun.behind(group)]
    return " ".join([*parts, *_below_thousand(number % 1000, words, gender)])


def _below_thousand(number: int, words: _Language, gender: Gender) -> list[str]:
    hundreds, rest = divmod(number, 100)
    tens, units = divmod(rest, 10)
    parts = [words.hundreds[hundreds - 1]] if hundreds else []
    if tens > 1:
        parts.append(words.tens[tens - 2])
    else:
        units = rest
    if units > 2:
        parts.append(words.units[units - 3])
    elif units:
        parts.append(words.ones[units - 1][gender])
    return parts


def counted(number: int, noun: Noun, language: str) -> str:
    """A number with its noun: двадцать одно наименование."""
    return f"{number_in_words(number, language, noun.gender)} {noun.behind(number)}"


def sum_in_words(value: Decimal, currency: str, language: str, *, is_part_spelled: bool = False) -> str:
    """An amount with its currency, beginning with a capital: "Одна тысяча рублей 21 копейка".

    The part of the currency stands in figures, as is the custom, or in words as well. A currency without a name here
    keeps its code: "Одна тысяча NOK 50/100".
    """
    words = _LANGUAGES[language]
    digits = minor_units(currency)
    value = round_amount(value, currency)
    scaled = int(abs(value).scaleb(digits))
    whole, part = divmod(scaled, 10**digits)
    sign = f"{words.minus} " if value < 0 else ""
    nouns = words.currencies.get(currency)
    if nouns is None:
        tail = f" {part:0{digits}d}/{10**digits}" if digits else ""
        return _capital(f"{sign}{number_in_words(whole, language)} {currency}{tail}")
    main, minor = nouns
    text = f"{sign}{counted(whole, main, language)}"
    if not digits:
        return _capital(text)
    figures = number_in_words(part, language, minor.gender) if is_part_spelled else f"{part:0{digits}d}"
    return _capital(f"{text} {figures} {minor.behind(part)}")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
