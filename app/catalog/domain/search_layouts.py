"""What was meant when the keyboard stood on another language: `cdthkj` is сверло, `ишды` is bits."""

from __future__ import annotations

_LAYOUTS = {
    "en": "`qwertyuiop[]asdfghjkl;'zxcvbnm,.",
    "ru": "ёйцукенгшщзхъфывапролджэячсмитьбю",
    "uk": "'йцукенгшщзхїфівапролджєячсмитьбю",
    "de": "^qwertzuiopü+asdfghjklöäyxcvbnm,.",
}
_TABLES = {
    (source, target): str.maketrans(_LAYOUTS[source], _LAYOUTS[target])
    for source in _LAYOUTS
    for target in _LAYOUTS
    if source != target
}
_CYRILLIC = ("ru", "uk")
_LATIN = ("en", "de")


def other_layouts(typed: str) -> list[str]:
    """What the same keys give on the other keyboards, the likeliest first; signs are keys, too."""
    low = typed.lower()
    is_cyrillic = any("а" <= letter <= "я" or letter in "ёіїєґ" for letter in low)
    own, others = (_CYRILLIC, _LATIN) if is_cyrillic else (_LATIN, _CYRILLIC)
    ways = [(source, target) for target in others for source in own]
    ways += [(source, target) for source in own for target in own if source != target]
    meant = dict.fromkeys(low.translate(_TABLES[way]) for way in ways)
    meant.pop(low, None)
    return list(meant)
