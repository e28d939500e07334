"""NAD and what belongs to it: references, contact."""

from __future__ import annotations

from typing import Any

from app.documents.model.party import Address, Contact, Identifier, Party
from app.documents.reading import Reader
from app.documents.segments import Segment

_GLN = "9"
_NUMBERS = {"VA": "vat_id", "FC": "tax_number", "XA": "registration", "GN": "registration"}
_MEANS = {"TE": "phone", "EM": "email", "AL": "phone"}


class PartyReader:
    """`take` is asked for each segment behind NAD until one does not belong to a party."""

    def __init__(self, reader: Reader, nad: Segment) -> None:
        self._reader = reader
        text = reader.text
        self.role = text(nad, 1)
        code, agency = text(nad, 2), text(nad, 2, 3)
        names = reader.texts(nad, 4, range(1, 6)) or reader.texts(nad, 3, range(1, 6))
        streets = [*reader.texts(nad, 5, range(1, 5)), "", "", ""]
        address = Address(
            country=text(nad, 9), street=streets[0], additional=streets[1], third_line=", ".join(filter(None, streets[2:])), city=text(nad, 6),
            postal_code=text(nad, 8), region=text(nad, 7),
        )  # fmt: skip
        self._values: dict[str, Any] = {
            "name": " ".join(names),
            "address": address if address != Address(country="") else None,
            "gln": code if agency == _GLN else "",
            "identifiers": (Identifier(code, agency),) if code and agency != _GLN else (),
        }
        self._contact: dict[str, str] = {}

    def take(self, segment: Segment) -> bool:
        reader, tag = self._reader, segment.tag
        if tag == "RFF" and (name := _NUMBERS.get(segment.value(1), "")) and name not in self._values:
            reader.text(segment, 1)
            number = reader.text(segment, 1, 2)
            self._values[name] = Identifier(number) if name == "registration" else number
        elif tag == "CTA" and "name" not in self._contact:
            reader.text(segment, 1)
            self._contact["name"] = reader.text(segment, 2, 2) or reader.text(segment, 2)
        elif tag == "COM":
            name = _MEANS.get(segment.value(1, 2), "")
            if name and name not in self._contact:
                reader.text(segment, 1, 2)
                self._contact[name] = reader.text(segment, 1)
        else:
            return tag in ("RFF", "LOC", "FII", "DOC", "CTA")
        return True

    def party(self) -> Party:
        contact = Contact(**self._contact) if any(self._contact.values()) else None
        return Party(**self._values, contact=contact)
