"""Short names of the units goods are counted in (UN/ECE Recommendations 20 and 21)."""

from __future__ import annotations

from app.core.texts import N_, Message

PIECE = "H87"

UNIT_NAMES = {
    "H87": N_("pcs"),
    "C62": N_("units"),
    "EA": N_("each"),
    "PR": N_("pairs"),
    "SET": N_("sets"),
    "DZN": N_("dozen"),
    "KGM": N_("kg"),
    "GRM": N_("g"),
    "TNE": N_("t"),
    "MTR": N_("m"),
    "CMT": N_("cm"),
    "MMT": N_("mm"),
    "MTK": N_("m²"),
    "MTQ": N_("m³"),
    "LTR": N_("l"),
    "MLT": N_("ml"),
    "RM": N_("reams"),
    "HUR": N_("hours"),
    "DAY": N_("days"),
    "XRO": N_("rolls"),
    "XPK": N_("packs"),
    "XBX": N_("boxes"),
    "XCT": N_("cartons"),
    "XBG": N_("bags"),
    "XPX": N_("pallets"),
    "XBO": N_("bottles"),
    "XCA": N_("cans"),
    "XTU": N_("tubes"),
}


def unit_name(code: str) -> Message:
    """What people read instead of the code; an unknown code stands for itself."""
    return UNIT_NAMES.get(code) or Message(code)


# Behind a price one of them is meant: 0.63 per roll.
UNIT_SINGULARS = {
    "H87": N_("pc"),
    "C62": N_("unit"),
    "PR": N_("pair"),
    "SET": N_("set"),
    "RM": N_("ream"),
    "HUR": N_("hour"),
    "DAY": N_("day"),
    "XRO": N_("roll"),
    "XPK": N_("pack"),
    "XBX": N_("box"),
    "XCT": N_("carton"),
    "XBG": N_("bag"),
    "XPX": N_("pallet"),
    "XBO": N_("bottle"),
    "XCA": N_("can"),
    "XTU": N_("tube"),
}


def unit_each(code: str) -> Message:
    """The name of one of a unit, for prices."""
    return UNIT_SINGULARS.get(code) or unit_name(code)
