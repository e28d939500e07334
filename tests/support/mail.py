"""A tray instead of a mail server: `with tray() as mails: ...` keeps what leaves within the block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from app.core.mail import mailer, use_mailer


class _Tray:
    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    def send(self, message: EmailMessage) -> None:
        self.mails.append(message)


@contextmanager
def tray() -> Iterator[list[EmailMessage]]:
    former, mine = mailer(), _Tray()
    use_mailer(mine)
    try:
        yield mine.mails
    finally:
        use_mailer(former)
