"""What was found in a container, and the limits of taking it out."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.errors import Invalid
from app.core.texts import N_, Message

MAX_PACKED = 50_000_000
MAX_UNPACKED = 60_000_000  # all of one file together
MAX_PARTS = 500


class ContainerFault(Invalid):
    """What is inside cannot be taken out: the named limit or mistake (`rule`) and why; `kind` is the container."""

    def __init__(self, rule: str, message: Message, kind: str = "container") -> None:
        self.rule = rule
        self.kind = kind
        super().__init__("file", message)


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Container:
    """`unchecked` is what was not looked at, such as a signature."""

    kind: str
    parts: tuple[Part, ...]
    unchecked: tuple[Message, ...] = ()


def too_large() -> ContainerFault:
    return ContainerFault(
        "TOO_LARGE", N_("Unpacked, the file has more than {limit} bytes; it is not opened.", limit=MAX_UNPACKED)
    )


def too_many() -> ContainerFault:
    return ContainerFault("TOO_LARGE", N_("The file holds more than {limit} files; it is not opened.", limit=MAX_PARTS))


def broken(kind: str, error: object) -> ContainerFault:
    reason = (str(error) or type(error).__name__)[:200]
    return ContainerFault("PACKED", N_("The {kind} file is broken: {reason}", kind=kind, reason=reason), kind.lower())
