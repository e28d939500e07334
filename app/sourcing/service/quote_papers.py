"""The printed form of each sent version: made once by a job, in the account's language, and kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from app.core import clock, storage
from app.core.actor import Actor
from app.core.db import command, db
from app.core.jobs import enqueue
from app.documents.rendering import print_record
from app.sourcing.documents.quote_sheet import quote_sheet
from app.sourcing.models.quote_versions import QuoteVersion
from app.sourcing.queries.quote_papers import quote_paper, unprinted, version_key

Translator = Callable[[str], Callable[[str], str]]
_LATE, _GIVEN_UP = timedelta(minutes=1), timedelta(days=1)


def print_version(actor: Actor, version_id: int, translator: Translator) -> bool:
    """Print a sent version and keep it; False where that was done before. The slow part runs in no transaction."""
    key = version_key(actor, version_id)
    if key is None:
        return False
    paper = quote_paper(actor, *key)
    language, name = paper.buyer.locale, f"{key[0]}-{key[1]}.pdf"
    company_id = paper.quote.company_id
    sheet = quote_sheet(paper, language, translator(language))
    db.session.rollback()
    return _keep(actor, version_id, company_id, name, print_record(sheet, language=language))


@command
def _keep(actor: Actor, version_id: int, company_id: int, name: str, pdf: bytes) -> bool:
    version = db.session.get(QuoteVersion, version_id, with_for_update=True, populate_existing=True)
    if version is None or version.file_id is not None:
        return False
    file = storage.keep(actor, pdf, name=name, media_type="application/pdf", company_id=company_id)
    version.file_id = file.id
    return True


@command
def sweep_papers(actor: Actor) -> int:
    """Ask again for papers of the last day that were not printed within a minute."""
    now = clock.now()
    lost = unprinted(actor, now - _GIVEN_UP, now - _LATE)
    for version_id in lost:
        enqueue("sourcing.print_quote", version_id)
    return len(lost)
