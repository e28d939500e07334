"""N1 and the loop behind it: name, address, references, contact."""

from __future__ import annotations

from app.documents.model.party import Address, Contact, Identifier, Party
from app.documents.reading import Reader
from app.documents.segments import Segment

_GLN = "UL"
_SCHEMES = {"1": "0060", "9": "0060"}  # DUNS, also with a suffix, as ISO 6523
_MEANS = {"TE": "phone", "EM": "email"}


class PartyReader:
    """`take` is asked for each segment behind N1 until one does not belong to the loop."""

    def __init__(self, reader: Reader, n1: Segment) -> None:
        self._reader = reader
        self.segments = [n1]
        self.role = reader.text(n1, 1)
        self._name = reader.text(n1, 2)
        qualifier, code = reader.text(n1, 3), reader.text(n1, 4)
        self._gln = code if qualifier == _GLN else ""
        self._identifiers = (Identifier(code, _SCHEMES.get(qualifier, qualifier)),) if code and not self._gln else ()
        self._streets: list[str] = []
        self._address: dict[str, str] = {}
        self._contact: dict[str, str] = {}
        self._vat_id = ""

    def take(self, segment: Segment) -> bool:
        is_own = self._take(segment)
        if is_own:
            self.segments.append(segment)
        return is_own

    def _take(self, segment: Segment) -> bool:
        text, tag = self._reader.text, segment.tag
        if tag == "N2":
            self._name = " ".join(filter(None, (self._name, text(segment, 1), text(segment, 2))))
        elif tag == "N3":
            self._streets += filter(None, (text(segment, 1), text(segment, 2)))
        elif tag == "N4":
            names = ("city", "region", "postal_code", "country")
            self._address = {name: text(segment, at) for at, name in enumerate(names, 1)}
        elif tag == "PER":
            self._person(segment)
        elif tag == "REF" and segment.value(1) in ("TJ", "VX") and not self._vat_id:
            text(segment, 1)
            self._vat_id = text(segment, 2)
        else:
            return tag in ("REF", "FOB", "TD5", "TD1")
        return True

    def _person(self, segment: Segment) -> None:
        text = self._reader.text
        if self._contact:
            return
        text(segment, 1)
        self._contact["name"] = text(segment, 2)
        for at in (3, 5, 7):
            name = _MEANS.get(segment.value(at), "")
            if name:
                text(segment, at)
                self._contact[name] = text(segment, at + 1)

    def party(self) -> Party:
        streets = [*self._streets, "", "", ""]
        values = {"country": "", **self._address}
        address = Address(
            **values, street=streets[0], additional=streets[1], third_line=", ".join(filter(None, streets[2:]))
        )
        return Party(
            name=self._name, address=address if address != Address(country="") else None, gln=self._gln,
            identifiers=self._identifiers, vat_id=self._vat_id,
            contact=Contact(**self._contact) if any(self._contact.values()) else None,
        )  # fmt: skip
