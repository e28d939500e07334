"""What all files of the tax service begin with: version, function, currency, participants, signer; and their names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from app.core.texts import N_
from app.documents.formats import FormatError
from app.documents.model.invoice import Note
from app.documents.model.line import Attribute
from app.documents.model.party import Contact, Identifier, Party
from app.documents.upd.codes import EDO
from app.documents.upd.party import full_name, tax_number
from app.documents.xml_taking import Part

VERSIONS = ("5.01", "5.02", "5.03")
NOTE = "Примечание"
FILE_NAME = re.compile(r"(?P<prefix>ON_[A-Z]+)_(?P<recipient>[^_]+)_(?P<sender>[^_]+)_(?P<day>[0-9]{8})_(?P<rest>.+)")
_MARKS = "_0_0_0_0_0_00"  # what 5.03 adds: marked goods, traced goods and so on; kind of extension
_CONSTANTS = ("@КНД", "@ВерсФорм", "@ВерсПрог", "@ПоФактХЖ", "@НаимДокОпр", "@НаимЭконСубСост")


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdOptions:
    """What a file says that no business document does. Participants' ids are those their operator gave them.

    `signer` is last, first and middle name; without it the contact of the side that signs is taken. `made_at` is the time
    of day as HH.MM.SS. `file_key` is a GUID; without it the same document gets the same one each time.
    """

    version: str = "5.03"
    sender_id: str = ""
    recipient_id: str = ""
    operator_name: str = ""
    operator_inn: str = ""
    operator_id: str = ""
    signer: str = ""
    signer_position: str = ""
    signer_grounds: str = "Должностные обязанности"
    made_on: date | None = None
    made_at: str = "00.00.00"
    file_key: str = ""
    marks: str = _MARKS
    seller_file_made_at: str = "00.00.00"
    seller_file_signature: str = ""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> UpdOptions:
        """From settings by these names; others are left alone."""
        names = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in names})

    def checked(self) -> UpdOptions:
        if self.version not in VERSIONS:
            known = ", ".join(VERSIONS)
            raise FormatError(
                N_("There is no version {version} of UPD; known are {known}.", version=self.version, known=known)
            )
        return self


def participant(party: Party, given: str) -> str:
    """The id with the operator, else the INN: at least four characters."""
    own = party.endpoint.value if party.endpoint and party.endpoint.scheme == EDO else ""
    return (given or own or tax_number(party) or party.gln or "0000").replace("_", "-")[:46]


def file_id(prefix: str, ends: tuple[str, str], made_on: date, options: UpdOptions, seed: str) -> str:
    """The name of the file without its ending, which is also written inside. `ends` are sender and recipient."""
    sender, recipient = ends
    key = options.file_key or str(uuid5(NAMESPACE_URL, f"{prefix}/{sender}/{recipient}/{seed}"))
    is_marked = options.version == "5.03" and prefix == "ON_NSCHFDOPPR"
    return f"{prefix}_{recipient}_{sender}_{made_on:%Y%m%d}_{key}" + (options.marks if is_marked else "")


def signer_of(party: Party, options: UpdOptions) -> str:
    name = options.signer or (party.contact.name if party.contact else "")
    if not name:
        raise FormatError(N_("Somebody must sign a UPD: name a contact of {party}.", party=party.name))
    return name


def read_title(root: Part) -> tuple[str, str]:
    """Sender and recipient; what is the same in every file is taken."""
    head = root.find("Документ") or root.find("ИнфПок") or root
    for path in _CONSTANTS:
        root.text(path)
        head.text(path)
    sender, recipient = root.text("СвУчДокОбор/@ИдОтпр"), root.text("СвУчДокОбор/@ИдПол")
    if not sender and (found := FILE_NAME.fullmatch(root.text("@ИдФайл"))):
        return found["sender"], found["recipient"]
    return sender, recipient


def with_participant(party: Party, participant_id: str, contact: Contact | None = None) -> Party:
    """The party with its id with the operator and who signed for it."""
    values = {field.name: getattr(party, field.name) for field in fields(party)}
    if participant_id:
        values["endpoint"] = Identifier(participant_id, EDO)
    if contact is not None and contact.name:
        own = party.contact or Contact()
        values["contact"] = Contact(name=contact.name, phone=own.phone, email=own.email)
    return Party(**values)


def read_signer(head: Part) -> Contact | None:
    """The first Подписант: below ЮЛ, ИП or ФЛ in 5.01, of its own after that."""
    signer = head.find("Подписант")
    if signer is None:
        return None
    inner = next((found for name in ("ЮЛ", "ИП", "ФЛ") if (found := signer.find(name))), signer)
    name = full_name(inner)
    return Contact(name=name) if name else None


def read_texts(parent: Part, path: str) -> tuple[Note, ...]:
    """ТекстИнф of an information field: a name and a value."""
    found = ((one.text("@Идентиф"), one.text("@Значен")) for one in parent.all(path))
    return tuple(Note(value, "" if name == NOTE else name) for name, value in found if value)


def read_attributes(parent: Part, path: str) -> tuple[Attribute, ...]:
    found = ((one.text("@Идентиф"), one.text("@Значен")) for one in parent.all(path))
    return tuple(Attribute(name, value) for name, value in found if value)
