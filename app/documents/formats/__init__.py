"""The registry of formats: one file each, bytes <-> neutral document, no I/O.

`formats["ubl-invoice"].dumps(invoice)` writes, `.loads(data)` reads; bad input raises `FormatError`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.core.errors import Invalid
from app.core.registry import Registry
from app.core.texts import Message


class FormatError(Invalid):
    """A file that cannot be read as the format says: what is wrong, on which line and column (0: no place), at which path."""

    def __init__(self, message: Message, line: int = 0, path: str = "", *, column: int = 0) -> None:
        self.line = line
        self.column = column
        self.path = path
        super().__init__("file", message)


@dataclass(frozen=True, slots=True)
class Format:
    """One format. `documents` are the classes of `documents.model` that `dumps` takes and `loads` returns."""

    code: str
    media_type: str
    documents: tuple[type, ...]
    dumps: Callable[[Any], bytes]
    loads: Callable[[bytes], Any]


formats: Registry[Format] = Registry(__name__)
