"""The registry of notices: one file says on which event, to whom, in which words, and whether it is still wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from app.core.actor import Actor
from app.core.registry import Registry
from app.core.texts import Message

Way = Literal["mail", "page"]
Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Telling:
    """One message to one person. `user_id` or `address`; the same `dedupe_key` is told once, ever.

    `parameters` are ids and short values, kept as JSON.
    """

    company_id: int
    dedupe_key: str
    parameters: Parameters
    user_id: int | None = None
    address: str = ""
    locale: str = ""
    way: Way = "mail"
    due_at: datetime | None = None  # None: now


@dataclass(frozen=True, slots=True)
class Attachment:
    """A stored file that goes with a mail."""

    name: str
    media_type: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Letter:
    """The words and facts of a notice at the moment it leaves.

    `facts` go to the templates emails/<code>.txt and .html, `summary` stands on the page. `link` is a path of the
    portal. `secrets` are texts, such as the token of a link that opens doors, which the record does not keep.
    `reply_to`: where an answer goes, by default to the operator; `references`: the mails it belongs to, oldest first.
    """

    subject: Message
    facts: Mapping[str, Any] = field(default_factory=dict)
    summary: Message | None = None
    link: str = ""
    secrets: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    reply_to: str = ""
    references: tuple[str, ...] = ()


def _nothing(actor: Actor, parameters: Parameters) -> None:
    """What most notices do when they have left."""


def _always(actor: Actor, parameters: Parameters) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notice. `letter` raises NotFound when there is nothing left to tell.

    `event` and `tellings` belong together; a kind without them is told by `service.tell`. `is_optional`: people may
    decline it in their profile. `on_sent` runs in the transaction that records the sending. All functions run in
    operator scope.
    """

    letter: Callable[[Actor, Parameters], Letter]
    event: type[Any] | None = None
    tellings: Callable[[Actor, Any], Iterable[Telling]] | None = None
    still_wanted: Callable[[Actor, Parameters], bool] = _always
    on_sent: Callable[[Actor, Parameters], None] = _nothing
    is_optional: bool = False


notices: Registry[Kind] = Registry(__name__)
