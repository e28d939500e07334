"""An account's own prices as CSV, XLSX or PDF, made in the background part by part."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from app.accounts.queries.companies import customer_party, operator_party
from app.core import audit, clock, storage
from app.core.actor import Actor, Scope
from app.core.db import command, db, on_commit
from app.core.errors import Conflict, DomainError, Invalid, NotFound
from app.core.jobs import enqueue, send_now
from app.core.tables.rows import Cell
from app.core.tables.writing import write_csv, write_xlsx
from app.core.tenancy import Bounds
from app.core.texts import N_, Message
from app.documents.model.price_list import PriceListDocument, PriceListItem
from app.documents.paper.words import Translate
from app.documents.rendering import print_price_list
from app.pricing.models.files import PriceFile
from app.pricing.queries.personal import OwnPrices, count_own, own_prices, range_of

JOB = "pricing.build_price_file"
FORMS = ("csv", "xlsx", "pdf")
MAX_ATTEMPTS = 3
PDF_LINES = 10_000
_MEDIA_TYPES = {
    "csv": "text/csv", "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
_LEASE = timedelta(minutes=5)
_HEAD = (
    N_("Article number"), N_("Your article number"), N_("Name"), N_("Brand"), N_("Category"), N_("Unit"),
    N_("From quantity"), N_("Price"), N_("Price is for"), N_("Currency"), N_("Valid from"), N_("Valid until"),
)  # fmt: skip
_GIVEN_UP = N_("The worker ended several times while it made the file.")
Translator = Callable[[str], Translate]


@dataclass(slots=True)
class _Progress:
    """Articles looked at and lines written."""

    done: int = 0
    lines: int = 0


@dataclass(frozen=True, slots=True)
class _Order:
    """What the work needs of its row."""

    id: int
    company_id: int
    form: str
    category: str
    on_day: date
    locale: str
    progress: _Progress = field(default_factory=_Progress)


@command
def request_price_file(
    actor: Actor, company_id: int, *, form: str, client_ref: str, category: str = "", on_day: date | None = None
) -> int:
    """Ask for the file; returns its id. The same client_ref gives the first one."""
    if not actor.is_operator and company_id != actor.company_id:
        raise NotFound
    if form not in FORMS:
        raise Invalid("form", N_("{given} is not one of {allowed}.", given=form, allowed=", ".join(FORMS)))
    if category:
        range_of(actor, company_id, category)
    buyer = customer_party(actor, company_id)
    made: int | None = db.session.scalar(
        insert(PriceFile)
        .values(
            company_id=company_id, user_id=actor.user_id, client_ref=client_ref, form=form, category=category,
            on_day=on_day or clock.today(buyer.time_zone), locale=actor.locale, created_at=clock.now(),
            due_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=[PriceFile.company_id, PriceFile.client_ref])
        .returning(PriceFile.id)
    )  # fmt: skip
    if made is None:
        known = db.session.query(PriceFile.id).filter_by(company_id=company_id, client_ref=client_ref).scalar()
        return int(known)
    audit.record(actor, "price_file", made, "price_file_asked", {"form": form, "category": category},
                 company_id=company_id)  # fmt: skip
    enqueue(JOB, made)
    return made


def build_price_file(actor: Actor, file_id: int, translator: Translator) -> str:
    """Write the file of a row and keep it; returns its name. A second run starts afresh.

    Raises Conflict when it is finished or another worker is at it.
    """
    order = _start(actor, file_id)
    reader = replace(actor, locale=order.locale)
    try:
        with tempfile.TemporaryDirectory(prefix="kontor-prices-") as folder:
            path = Path(folder) / _name(reader, order)
            _write(reader, order, path, translator(order.locale))
            _finish(actor, order, path)
            return path.name
    except DomainError as error:
        if error.is_retryable:
            _note_failure(actor, file_id, error.message, is_final=False)
            raise
        _note_failure(actor, file_id, error.message, is_final=True)
        return ""
    except Exception:
        _note_failure(actor, file_id, N_("The file could not be made by an error of the program."), is_final=False)
        raise


@command
def _start(actor: Actor, file_id: int) -> _Order:
    now = clock.now()
    row = db.session.execute(
        update(PriceFile)
        .where(
            PriceFile.id == file_id,
            (PriceFile.state == "waiting") | ((PriceFile.state == "running") & (PriceFile.due_at <= now)),
        )
        .values(state="running", done=0, lines=0, attempts=PriceFile.attempts + 1, due_at=now + _LEASE)
        .returning(PriceFile.id, PriceFile.company_id, PriceFile.form, PriceFile.category, PriceFile.on_day,
                   PriceFile.locale)
    ).one_or_none()  # fmt: skip
    if row is None:
        raise Conflict(N_("This price list is made already, or another worker is at it."))
    return _Order(*row)


def _name(actor: Actor, order: _Order) -> str:
    return f"prices-{customer_party(actor, order.company_id).code}-{order.on_day.isoformat()}.{order.form}"


def _write(actor: Actor, order: _Order, path: Path, translate: Translate) -> None:
    if order.form == "pdf":
        path.write_bytes(print_price_list(_document(actor, order), language=order.locale, translate=translate))
        return
    currency = customer_party(actor, order.company_id).currency
    rows = _rows(actor, order, currency, translate)
    with path.open("wb") as target:
        if order.form == "csv":
            write_csv(rows, target)
        else:
            write_xlsx(rows, target, sheet=translate("Prices"))


def _rows(actor: Actor, order: _Order, currency: str, translate: Translate) -> Iterator[Sequence[Cell]]:
    yield tuple(translate(label.text) for label in _HEAD)
    for article in _articles(actor, order):
        last = article.until - timedelta(days=1) if article.until else None
        for step in article.breaks:
            yield (article.sku, article.own_number, article.name, article.brand, article.category, step.unit,
                   step.min_quantity, step.price, step.base_quantity, currency, order.on_day, last)  # fmt: skip


def _document(actor: Actor, order: _Order) -> PriceListDocument:
    seller, buyer = operator_party(actor), customer_party(actor, order.company_id)
    items: list[PriceListItem] = []
    for article in _articles(actor, order):
        if order.progress.lines > PDF_LINES:
            raise Invalid("form", N_("A PDF holds {limit} prices at most. Choose a category, or take CSV or XLSX.",
                                     limit=PDF_LINES))  # fmt: skip
        steps = tuple((step.unit, step.min_quantity, step.price, step.base_quantity) for step in article.breaks)
        last = article.until - timedelta(days=1) if article.until else None
        items.append(PriceListItem(article.category, article.sku, article.own_number, article.name, steps, last))
    address = seller.address.lines if seller.address else ()
    registers = [f"VAT ID: {seller.vat_id}" if seller.vat_id else "", seller.phone, seller.email]
    return PriceListDocument(
        seller.name, (seller.legal_name or seller.name, *address), tuple(filter(None, registers)),
        buyer.legal_name or buyer.name, buyer.code, buyer.currency, order.on_day, tuple(items),
    )  # fmt: skip


def _articles(actor: Actor, order: _Order) -> Iterator[OwnPrices]:
    """Part by part, each in a transaction of its own; the progress is kept with each."""
    wanted = range_of(actor, order.company_id, order.category)
    total = count_own(actor, order.company_id, wanted)
    _note_progress(actor, order, total)
    for part in own_prices(actor, order.company_id, wanted, order.on_day):
        for article in part:
            order.progress.lines += len(article.breaks)
            yield article
        order.progress.done = min(order.progress.done + 1_000, total)
        _note_progress(actor, order, total)


@command
def _note_progress(actor: Actor, order: _Order, total: int) -> None:
    values: dict[str, Any] = {"done": order.progress.done, "total": total, "due_at": clock.now() + _LEASE}
    db.session.execute(update(PriceFile).where(PriceFile.id == order.id).values(**values))


@command
def _finish(actor: Actor, order: _Order, path: Path) -> None:
    file = storage.keep(actor, path, name=path.name, media_type=_MEDIA_TYPES[order.form], company_id=order.company_id)
    db.session.execute(
        update(PriceFile)
        .where(PriceFile.id == order.id, PriceFile.state == "running")
        .values(state="done", file_id=file.id, finished_at=clock.now(), lines=order.progress.lines, last_error=None,
                done=PriceFile.total)
    )  # fmt: skip


@command
def _note_failure(actor: Actor, file_id: int, reason: Message, *, is_final: bool) -> None:
    row = db.session.get_one(PriceFile, file_id, with_for_update=True, populate_existing=True)
    row.last_error = reason.as_json()
    if is_final or row.attempts >= MAX_ATTEMPTS:
        row.state, row.finished_at = "failed", clock.now()
    else:
        row.state, row.due_at = "waiting", clock.now() + timedelta(minutes=row.attempts)


@command
def sweep_price_files(actor: Actor) -> int:
    """Ask again for files that wait or whose worker died; returns how many."""
    overdue = PriceFile.state.in_(("waiting", "running")) & (PriceFile.due_at <= clock.now() - timedelta(seconds=15))
    db.session.execute(
        update(PriceFile)
        .where(overdue, PriceFile.attempts >= MAX_ATTEMPTS)
        .values(state="failed", finished_at=clock.now(), last_error=_GIVEN_UP.as_json())
    )
    again = db.session.execute(
        update(PriceFile)
        .where(overdue)
        .values(state="waiting", due_at=clock.now() + timedelta(minutes=1))
        .returning(PriceFile.id, PriceFile.company_id)
    ).all()
    for file_id, company_id in again:
        _send_as(Bounds(Scope.TENANT, company_id), file_id)
    return len(again)


def _send_as(bounds: Bounds, file_id: int) -> None:
    on_commit(lambda: send_now(JOB, file_id, bounds=bounds))
