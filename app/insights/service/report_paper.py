"""A report on paper: what was asked, then a table for each currency with its totals."""

from __future__ import annotations

from collections.abc import Iterator

from app.accounts.queries.companies import operator_party
from app.core import clock
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.texts import N_
from app.documents.model.record import RecordColumn, RecordDocument, RecordSection
from app.documents.rendering import print_record
from app.insights.domain.report_parameters import Period, entries
from app.insights.domain.report_rows import Block
from app.insights.service.reporting import Answer, Speaker, shown_row, shown_rows

MOST_ROWS = 2_000  # a page of paper takes its time; the files hold all
_WIDE_FROM = 6
_PLAIN = ("text", "day", "month")


def report_pdf(actor: Actor, answer: Answer, speaker: Speaker, *, language: str = "en") -> bytes:
    """As PDF/A-3; tables of more than MOST_ROWS rows say how many are not on it."""
    record = RecordDocument(
        speaker.say(answer.report.title),
        "",
        _issuer(actor),
        tuple(_facts(answer, speaker)),
        tuple(_section(answer, block, speaker) for block in answer.rows.blocks),
        foot=(speaker.say(answer.report.about), *(speaker.say(note) for note in answer.rows.notes)),
        is_wide=len(answer.columns) >= _WIDE_FROM,
    )
    return print_record(record, language=language)


def _issuer(actor: Actor) -> str:
    try:
        return operator_party(actor).legal_name
    except NotFound:
        return "Kontor"


def _facts(answer: Answer, speaker: Speaker) -> Iterator[tuple[str, str]]:
    """The parameters that narrow the report, in words, and the day it was made."""
    for name, entry in entries(answer.report.parameters).items():
        value = getattr(answer.parameters, name)
        title = speaker.say(entry.title)
        if isinstance(value, Period):
            yield title, f"{speaker.show(value.since, 'day', '')} – {speaker.show(value.last, 'day', '')}"
        elif value not in ("", False, None):
            label = dict(entry.choices).get(str(value))
            yield title, speaker.say(label) if label else str(value)
    yield speaker.say(N_("Made on")), speaker.show(clock.today(), "day", "")


def _section(answer: Answer, block: Block, speaker: Speaker) -> RecordSection:
    columns = []
    for column in answer.columns:
        unit = {"money": f", {block.currency}" if block.currency else "", "percent": ", %"}.get(column.kind, "")
        is_number = column.kind not in _PLAIN
        columns.append(RecordColumn(f"{speaker.say(column.title)}{unit}", 1, is_number))
    rows = list(shown_rows(block, answer.columns, speaker, most=MOST_ROWS))
    if block.totals is not None:
        shown = shown_row(block.totals, answer.columns, block.currency, speaker)
        blank = (
            "" if block.totals.get(column.code) is None else text
            for column, text in zip(answer.columns, shown, strict=True)
        )
        rows.append((speaker.say(N_("Total")), *list(blank)[1:]))
    more = max((block.count or len(block.rows)) - MOST_ROWS, 0)
    left = (speaker.say(N_("{n} more rows are in the files.", n=more)),) if more else ()
    return RecordSection(block.currency, left, tuple(columns), tuple(rows))
