"""Code 128 and GS1-128 as SVG (ISO/IEC 15417; GS1 General Specifications, section 5.4)."""

from __future__ import annotations

from app.documents.gs1 import SEPARATOR

_TABLE = (  # bars and gaps of the symbol values 0 to 106
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 "
    "123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 "
    "232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 "
    "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 "
    "111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112"
)
_WIDTHS = tuple(_TABLE.split())
_FNC1, _TO_C, _TO_B = 102, 99, 100
_START_B, _START_C, _STOP = 104, 105, 106
_MODULUS = 103
_QUIET = 10  # modules on either side
_RUN_WORTH_C = 4  # digits from which set C is shorter; two suffice at the end and the start of what is left


def gs1_128(data: str, height: int = 60) -> str:
    """An element string (with separators) as SVG; one unit is one module wide."""
    return _svg(symbols(data, is_gs1=True), height)


def code_128(text: str, height: int = 60) -> str:
    """A plain text, such as the code of a bin, as SVG."""
    return _svg(symbols(text, is_gs1=False), height)


def symbols(data: str, *, is_gs1: bool) -> list[int]:
    """Symbol values from start to stop, the check symbol included. Raises ValueError for signs outside ASCII 32 to 126."""
    in_c = _digits_from(data, 0) >= (2 if len(data) == 2 else _RUN_WORTH_C)
    values = [_START_C if in_c else _START_B]
    if is_gs1:
        values.append(_FNC1)
    place = 0
    while place < len(data):
        run = _digits_from(data, place)
        if data[place] == SEPARATOR:
            values.append(_FNC1)
            place += 1
        elif in_c and run >= 2:  # a pair
            values.append(int(data[place : place + 2]))
            place += 2
        elif in_c:
            values.append(_TO_B)
            in_c = False
        elif run >= _RUN_WORTH_C and run % 2 == 0:
            values.append(_TO_C)
            in_c = True
        else:
            values.append(_in_b(data[place]))
            place += 1
    check = values[0] + sum(weight * value for weight, value in enumerate(values[1:], 1))
    return [*values, check % _MODULUS, _STOP]


def _digits_from(data: str, place: int) -> int:
    end = place
    while end < len(data) and data[end] in "0123456789":
        end += 1
    return end - place


def _in_b(sign: str) -> int:
    if not " " <= sign <= "~":
        raise ValueError(f"{sign!r} has no bars")
    return ord(sign) - ord(" ")


def _svg(values: list[int], height: int) -> str:
    """Bars as one path: sharp at any size, and small."""
    x, path = _QUIET, []
    for value in values:
        for place, digit in enumerate(_WIDTHS[value]):
            if place % 2 == 0:
                path.append(f"M{x} 0h{digit}v{height}h-{digit}z")
            x += int(digit)
    width = x + _QUIET
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" preserveAspectRatio="none">'
        f'<path fill="#000" d="{"".join(path)}"/></svg>'
    )
