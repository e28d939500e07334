"""What a broken rule means, in our words: one sentence a kind of rule, with the business terms by their names.

`explain("BR-02", ...)` is "Invoice number is missing." as a marked message, so that it is there in the reader's language.
Rules of EN 16931, Peppol, XRechnung and Factur-X; None for others, whose own text is all there is.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from app.core.texts import N_, Message
from app.documents.business_terms import term_name

_MISSING = (
    "BR-01:24 BR-02:1 BR-03:2 BR-04:3 BR-05:5 BR-06:27 BR-07:44 BR-08:BG-5 BR-09:40 BR-10:BG-8 BR-11:55 BR-12:106 BR-13:109 "
    "BR-14:112 BR-15:115 BR-16:BG-25 BR-17:59 BR-18:62 BR-19:BG-12 BR-20:69 BR-21:126 BR-22:129 BR-23:130 BR-24:131 "
    "BR-25:153 BR-26:146 BR-31:92 BR-32:95 BR-36:99 BR-37:102 BR-41:136 BR-43:141 BR-45:116 BR-46:117 BR-47:118 BR-48:119 "
    "BR-49:81 BR-50:84 BR-52:122 BR-53:111 BR-55:25 BR-56:63 BR-57:80 BR-61:84 BR-CO-04:151 BR-CO-18:BG-23 BR-IC-12:80 "
    "BR-DE-1:BG-16 BR-DE-2:BG-6 BR-DE-3:37 BR-DE-4:38 BR-DE-5:41 BR-DE-6:42 BR-DE-7:43 BR-DE-8:52 BR-DE-9:53 BR-DE-10:77 "
    "BR-DE-11:78 BR-DE-14:119 BR-DE-15:10 PEPPOL-EN16931-R001:23 PEPPOL-EN16931-R004:24 PEPPOL-EN16931-R010:49 "
    "PEPPOL-EN16931-R020:34 UBL-SR-07:25"
)
_EITHER = (
    "BR-33:97,98 BR-38:104,105 BR-42:139,140 BR-44:144,145 BR-54:160,161 BR-CO-19:73,74 BR-CO-20:134,135 BR-CO-21:97,98 "
    "BR-CO-22:104,105 BR-CO-23:139,140 BR-CO-24:144,145 BR-IC-11:72,BG-14 BR-DE-16:31,32 PEPPOL-EN16931-R003:10,13"
)
_CODES = (
    "BR-CL-01:3 BR-CL-03:5 BR-CL-04:5 BR-CL-05:6 BR-CL-06:8 BR-CL-08:21 "
    "BR-CL-14:40 BR-CL-15:159 BR-CL-16:81 BR-CL-17:118 BR-CL-18:151 BR-CL-19:98 BR-CL-20:105 BR-CL-22:121 "
    "BR-CL-23:130 BR-CL-24:125 BR-DE-17:3 PEPPOL-EN16931-P0100:3 PEPPOL-EN16931-P0101:3 "
    "PEPPOL-EN16931-CL001:125 PEPPOL-EN16931-CL002:98 PEPPOL-EN16931-CL003:105 PEPPOL-EN16931-CL006:8 "
    "PEPPOL-EN16931-CL007:5"
)
_SUMS = "BR-CO-10:106,131 BR-CO-11:107,92 BR-CO-12:108,99 BR-CO-14:110,117"
_DECIMALS = (
    "BR-DEC-01:92 BR-DEC-02:93 BR-DEC-05:99 BR-DEC-06:100 BR-DEC-09:106 BR-DEC-10:107 BR-DEC-11:108 BR-DEC-12:109 "
    "BR-DEC-13:110 BR-DEC-14:112 BR-DEC-15:111 BR-DEC-16:113 BR-DEC-17:114 BR-DEC-18:115 BR-DEC-19:116 BR-DEC-20:117 "
    "BR-DEC-23:131 BR-DEC-24:136 BR-DEC-25:137 BR-DEC-27:141 BR-DEC-28:142"
)
_ONCE = (
    "UBL-SR-01:12 UBL-SR-02:15 UBL-SR-03:16 UBL-SR-04:18 UBL-SR-05:20 UBL-SR-06:BG-3 UBL-SR-08:BG-14 UBL-SR-09:27 "
    "UBL-SR-10:28 UBL-SR-11:30 UBL-SR-12:31 UBL-SR-13:32 UBL-SR-14:33 UBL-SR-15:44 UBL-SR-16:46 UBL-SR-17:47 UBL-SR-18:48 "
    "UBL-SR-19:59 UBL-SR-20:60 UBL-SR-21:61 UBL-SR-22:62 UBL-SR-23:63 UBL-SR-24:BG-13 UBL-SR-25:70 UBL-SR-26:83 UBL-SR-27:82 "
    "UBL-SR-28:89 UBL-SR-29:90 UBL-SR-30:97 UBL-SR-31:104 UBL-SR-32:120 UBL-SR-33:123 UBL-SR-34:127 UBL-SR-35:132 "
    "UBL-SR-36:BG-26 UBL-SR-37:147 UBL-SR-39:11 UBL-SR-40:45 UBL-SR-44:83 UBL-SR-45:9 UBL-SR-46:82 UBL-SR-48:151 UBL-SR-49:7 "
    "UBL-SR-50:154 UBL-SR-51:162 UBL-SR-52:122 UBL-SR-54:BG-18 UBL-SR-55:BG-19 UBL-SR-56:17 PEPPOL-EN16931-R002:22 "
    "PEPPOL-EN16931-R080:11"
)
_SCHEME_CODES = (
    "BR-CL-07:18 BR-CL-10:29 BR-CL-11:30 BR-CL-13:158 BR-CL-21:157 BR-CL-25:34 BR-CL-26:71 PEPPOL-EN16931-CL008:34"
)
_SCHEMES = "BR-62:34 BR-63:49 BR-64:157 BR-65:158"
_FORMS = (
    "BR-DE-18:20 BR-DE-19:84 BR-DE-20:91 BR-DE-21:24 BR-DE-26:25 BR-DE-27:42 BR-DE-28:43 PEPPOL-EN16931-R007:23 "
    "PEPPOL-EN16931-R121:149 PEPPOL-EN16931-R130:150"
)
_CATEGORIES = {
    "S": N_("Standard rate"), "Z": N_("Zero rate"), "E": N_("Exempt from VAT"), "AE": N_("Reverse charge"),
    "IC": N_("Intra-Community supply"), "G": N_("Export outside the EU"), "O": N_("Not subject to VAT"),
    "AF": N_("Canary Islands tax (IGIC)"), "AG": N_("Tax of Ceuta and Melilla (IPSI)"), "B": N_("Split payment (Italy)"),
}  # fmt: skip
_VAT_RULE = re.compile(r"BR-(S|Z|E|AE|IC|G|O|AF|AG|B)-([0-9]{2})")
_OF_EXTENSION = re.compile(r"^BR-FXEXT-(?:BR-)?")
_RATES = {"05": "BT-152", "06": "BT-96", "07": "BT-103"}
_TAXED = frozenset({"S", "AF", "AG"})
_WITHOUT_REASON = frozenset({"S", "Z", "AF", "AG"})
_UBL_UNUSED = re.compile(r"A UBL invoice should not include (?:the |a )?(.+?)(?: or it should be .+)?\.?$")
_ATTRIBUTE_UNUSED = re.compile(r"(.+?) (?:attribute )?should not be present$")
_FACTUR_X = (
    (re.compile(r"Element (?:variant )?'([^']+(?:'[^']*'[^']*)*)' must occur exactly 1 times"), "once"),
    (re.compile(r"Element (?:variant )?'(.+)' may occur at maximum 1 times?"), "twice"),
    (re.compile(r"Element (?:variant )?'(.+)' must occur at least 1 times?"), "missing"),
    (re.compile(r"Attribute '(.+)' is required in this context"), "missing"),
    (re.compile(r"Value of '(.+)' is not allowed"), "value"),
    (
        re.compile(r"(?:Element|Attribute) (?:variant )?'?(.+?)' (?:is )?marked as not used in the given context"),
        "unused",
    ),
)


def explain(rule: str, text: str) -> Message | None:
    """`text` is what the rule says of itself."""
    found = _SAID.get(_OF_EXTENSION.sub("BR-", rule))
    if found is not None:
        return found
    vat = _VAT_RULE.fullmatch(rule)
    if vat:
        return _of_vat(vat[1], vat[2])
    unused = _UBL_UNUSED.match(text) if rule.startswith("UBL-CR-") else None
    if unused is None and rule.startswith("UBL-DT-"):
        unused = _ATTRIBUTE_UNUSED.match(text)
    if unused:
        return _unused(unused[1])
    for pattern, kind in _FACTUR_X:
        named = pattern.match(text)
        if named:
            return _BY_KIND[kind](named[1])
    return None


def _missing(field: object) -> Message:
    return N_("{field} is missing.", field=field)


def _twice(field: object) -> Message:
    return N_("{field} is given more than once.", field=field)


def _once(field: object) -> Message:
    return N_("{field} must be there exactly once.", field=field)


def _value(field: object) -> Message:
    return N_("{field} has a value that is not allowed.", field=field)


def _unused(field: object) -> Message:
    return N_("{field} has no place here and is not read by others.", field=field)


def _either(field: object, other: object) -> Message:
    return N_("{field} or {other} is missing.", field=field, other=other)


def _times(field: object, base: object, rate: object) -> Message:
    return N_("{field} is not {base} times {rate}.", field=field, base=base, rate=rate)


_BY_KIND: dict[str, Callable[[object], Message]] = {
    "missing": _missing, "twice": _twice, "once": _once, "value": _value, "unused": _unused,
}  # fmt: skip


def _of_vat(code: str, number: str) -> Message | None:
    """The rules that every VAT category has, and the few of one alone."""
    category = _CATEGORIES[code]
    if number == "01":
        return N_("VAT category {category} is missing in the VAT breakdown, or is there twice.", category=category)
    if code == "B" or (code == "O" and number > "10"):
        return N_("VAT category {category} cannot stand beside others.", category=category)
    if number in ("02", "03", "04"):
        return _of_identifiers(code, category)
    if number in _RATES:
        return _of_rate(code, category, term_name(_RATES[number]))
    if number == "08":
        return N_(
            "The base of VAT category {category} is not the sum of its lines, allowances and charges.",
            category=category,
        )
    if number == "09" and code in _TAXED:
        return _times(term_name("BT-117"), term_name("BT-116"), term_name("BT-119"))
    if number == "09":
        return N_("{field} must be zero in VAT category {category}.", field=term_name("BT-117"), category=category)
    if number == "10" and code in _WITHOUT_REASON:
        return N_("VAT category {category} must have no reason of exemption.", category=category)
    return N_("VAT category {category} needs a reason of exemption.", category=category) if number == "10" else None


def _of_identifiers(code: str, category: Message) -> Message:
    if code == "O":
        return N_("With VAT category {category} no VAT identifiers may be given.", category=category)
    if code in ("AE", "IC"):
        return N_("VAT category {category} needs the VAT identifiers of seller and buyer.", category=category)
    return N_("VAT category {category} needs the VAT identifier of the seller.", category=category)


def _of_rate(code: str, category: Message, field: Message) -> Message:
    if code == "S":
        return N_("{field} must be more than zero in VAT category {category}.", field=field, category=category)
    if code in _TAXED:
        return N_("{field} must be zero or more in VAT category {category}.", field=field, category=category)
    if code == "O":
        return N_("{field} must not be given in VAT category {category}.", field=field, category=category)
    return N_("{field} must be zero in VAT category {category}.", field=field, category=category)


def _terms(table: str, make: Callable[..., Message]) -> dict[str, Message]:
    """`BR-02:1` names BT-1, `BR-16:BG-25` a group."""
    found = {}
    for item in table.split():
        rule, _, terms = item.partition(":")
        found[rule] = make(*(term_name(term if term.startswith("BG") else f"BT-{term}") for term in terms.split(",")))
    return found


_SAID: dict[str, Message] = {
    **_terms(_MISSING, _missing),
    **_terms(_EITHER, _either),
    **_terms(_ONCE, _twice),
    **_terms(_FORMS, _value),
    **_terms(_CODES, lambda field: N_("{field} is none of the codes of the official list.", field=field)),
    **_terms(_SCHEME_CODES, lambda field: N_("The scheme of {field} is not in the official list.", field=field)),
    **_terms(_SUMS, lambda field, part: N_("{field} is not the sum of {part}.", field=field, part=part)),
    **_terms(_DECIMALS, lambda field: N_("{field} has more than two decimals.", field=field)),
    **_terms(_SCHEMES, lambda field: N_("{field} does not name its scheme.", field=field)),
    **_terms("BR-27:146 BR-28:148", lambda field: N_("{field} is negative.", field=field)),
    **_terms("BR-29:74,73 BR-30:135,134", lambda end, start: N_("{end} is before {start}.", end=end, start=start)),
    **_terms(
        "BR-CO-05:98,97 BR-CO-06:105,104 BR-CO-07:140,139 BR-CO-08:145,144",
        lambda field, other: N_("{field} and {other} mean different things.", field=field, other=other),
    ),
    **_terms("BR-CO-03:7,8", lambda field, other: N_("Only one of {field} and {other} may be given.", field=field, other=other)),
    **_terms(
        "BR-CO-13:109,106,107,108 BR-CO-16:115,112,113,114",
        lambda field, base, less, plus: N_(
            "{field} is not {base} less {less} plus {plus}.", field=field, base=base, less=less, plus=plus
        ),
    ),
    **_terms(
        "BR-CO-15:112,109,110", lambda field, base, plus: N_("{field} is not {base} plus {plus}.", field=field, base=base, plus=plus)
    ),
    **_terms(
        "PEPPOL-EN16931-R046:146,148,147",
        lambda field, base, less: N_("{field} is not {base} less {less}.", field=field, base=base, less=less),
    ),
    **_terms("BR-CO-17:117,116,119 PEPPOL-EN16931-R040:92,93,94", _times),
    **_terms(
        "PEPPOL-EN16931-R110:134,BG-14 PEPPOL-EN16931-R111:135,BG-14",
        lambda field, other: N_("{field} lies outside of {other}.", field=field, other=other),
    ),
    **_terms(
        "PEPPOL-EN16931-R120:131",
        lambda field: N_("{field} does not follow from quantity, price, allowances and charges.", field=field),
    ),
    **_terms("BR-51:87", lambda field: N_("{field} must not be given in full.", field=field)),
    "BR-B-01": N_("VAT category {category} is for invoices inside Italy.", category=_CATEGORIES["B"]),
    "BR-CO-09": N_("A VAT identifier does not begin with the code of its country."),
    "BR-CO-26": N_("The seller has neither an identifier nor a registration nor a VAT identifier."),
    "PEPPOL-EN16931-R008": N_("An element is empty."),
    "PEPPOL-EN16931-R051": N_("All amounts must be in the currency of the invoice."),
    "UBL-DT-01": N_("An amount has more than two decimals."),
    "UBL-SR-47": N_("All payment means must have the same code."),
    "UBL-SR-53": N_("{field} is missing.", field=term_name("BT-31")),
}  # fmt: skip
