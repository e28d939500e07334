"""Feeds of stock: a file that has changed is imported like one that a person uploads, and leaves the same report."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from app.core import storage
from app.core.actor import Actor
from app.core.errors import DomainError, NotFound
from app.core.texts import N_, Message
from app.exchange.domain.runs import RunState
from app.exchange.queries.runs import run as run_of
from app.exchange.service.files import Settings
from app.exchange.service.processing import process
from app.exchange.service.runs import begin
from app.inventory.queries.feeds import FeedLine, feeds
from app.inventory.service.feeds import note_reading

KIND = "stock"


def read_feeds(actor: Actor) -> int:
    """Look at every feed that is switched on; returns how many had something new. One feed's trouble stops no other."""
    return sum(read_feed(actor, feed) for feed in feeds(actor) if feed.is_active)


def read_feed(actor: Actor, feed: FeedLine) -> bool:
    """Import the feed's file if it is another one than last time. What cannot be read is noted at the feed."""
    try:
        file = _file(feed.address)
        written_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        content = storage.digest(file)
    except (OSError, DomainError) as error:
        note_reading(actor, feed.id, error=_sentence(error))
        return False
    if content == feed.fingerprint:
        note_reading(actor, feed.id, file_at=written_at)
        return False
    options = {"warehouse": feed.warehouse} if feed.warehouse else {}
    try:
        run_id = begin(actor, Settings(KIND, options=options), file)
        process(actor, run_id)
    except DomainError as error:
        note_reading(actor, feed.id, file_at=written_at, error=_sentence(error))
        return False
    run = run_of(actor, run_id)
    failure = str(Message.from_json(run.last_error)) if run.state == RunState.FAILED and run.last_error else ""
    note_reading(actor, feed.id, fingerprint=content, file_at=written_at, run_id=run_id, error=failure)
    return True


def _file(address: str) -> Path:
    """The file itself, or the newest of a folder; files that begin with a dot are still being written."""
    path = Path(unquote(urlsplit(address).path))
    if not path.is_dir():
        if not path.is_file():
            raise NotFound(N_("There is no file {path}.", path=str(path)))
        return path
    there = [one for one in path.iterdir() if one.is_file() and not one.name.startswith(".")]
    if not there:
        raise NotFound(N_("The folder {path} is empty.", path=str(path)))
    return max(there, key=lambda one: (one.stat().st_mtime_ns, one.name))


def _sentence(error: OSError | DomainError) -> str:
    return str(error.message) if isinstance(error, DomainError) else str(error)
