"""Importers, one file each: which fields a file may have and what a part of it does to the data.

    IMPORTERS.add("stock", Importer(code="stock", fields=FIELDS, apply=apply, ...))

`apply(actor, chunk)` runs inside the transaction of the part. It calls services of lower slices, compares before it
writes, and returns the state of every row; a row it cannot store is a problem, never an exception. An exception of
core.errors ends the run: the file as a whole cannot be imported so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.core.actor import Actor
from app.core.registry import Registry
from app.core.texts import Message
from app.exchange.domain.chunks import Chunk
from app.exchange.domain.fields import Field, Option
from app.exchange.domain.outcome import Outcome
from app.exchange.policy import Permission


@dataclass(frozen=True, slots=True)
class Importer:
    """One kind of file. `group` names the keys whose rows belong together; `figures` the sums shown with a run."""

    code: str
    label: Message
    about: Message
    permission: Permission
    fields: tuple[Field, ...]
    apply: Callable[[Actor, Chunk], Outcome]
    options: tuple[Option, ...] = ()
    group: tuple[str, ...] = ()
    chunk_rows: int = 2_000
    figures: Mapping[str, Message] = field(default_factory=dict)


IMPORTERS: Registry[Importer] = Registry(__name__)
