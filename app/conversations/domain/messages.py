"""What may be written and attached, and names called in a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.errors import Invalid
from app.core.texts import N_

LONGEST = 10_000
MOST_FILES = 10
MOST_BYTES = 10 * 1024 * 1024

# What a browser may show; told by the first bytes, not by what the sender says.
_PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
# What runs on a computer when it is opened: nobody is sent such a thing by us.
_REFUSED = re.compile(
    r"\.(?:exe|com|scr|pif|bat|cmd|ps1|psm1|vbs|vbe|js|jse|wsf|wsh|msi|msp|hta|cpl|jar|lnk|reg|dll|iso|img|vhd|"
    r"docm|xlsm|pptm|html?|xhtml|svg)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was uploaded or came with a mail."""

    name: str
    data: bytes


def tidy(text: str) -> str:
    """What somebody wrote, with plain line ends; Invalid("text") where nothing or too much is written."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()
    if not text:
        raise Invalid("text", N_("Write something."))
    if len(text) > LONGEST:
        raise Invalid("text", N_("At most {most} characters.", most=LONGEST))
    return text


def file_fault(upload: Upload) -> Invalid | None:
    """Why a file is not taken; None when it is."""
    if not upload.data or len(upload.data) > MOST_BYTES:
        return Invalid("files", N_("{name}: a file may have 1 byte to 10 MB.", name=upload.name))
    if _REFUSED.search(upload.name.strip()):
        return Invalid("files", N_("{name}: files of this kind are not taken.", name=upload.name))
    return None


def check_files(uploads: Sequence[Upload]) -> None:
    """Raises Invalid("files") for the first file that is not taken, or too many of them."""
    if len(uploads) > MOST_FILES:
        raise Invalid("files", N_("At most {most} files.", most=MOST_FILES))
    for upload in uploads:
        fault = file_fault(upload)
        if fault is not None:
            raise fault


def media_type_of(data: bytes) -> str:
    """image/jpeg, image/png or image/webp by the first bytes; anything else is a plain file."""
    for head, name in _PICTURES.items():
        if data.startswith(head):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return "application/octet-stream"


def called(text: str, people: Sequence[tuple[int, str]]) -> list[int]:
    """Whom "@Name" in a text means, longer names first; a name that two people bear means neither."""
    found: list[int] = []
    rest = text
    for user_id, name in sorted(people, key=lambda one: -len(one[1])):
        mark = re.compile(rf"@{re.escape(name)}(?!\w)", re.IGNORECASE)
        if sum(other.casefold() == name.casefold() for _id, other in people) == 1 and mark.search(rest):
            found.append(user_id)
            rest = mark.sub(" ", rest)
    return sorted(found)
