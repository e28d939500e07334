"""Keeping frequently asked questions, and counting what they save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from app.conversations.domain.subjects import KINDS
from app.conversations.models.questions import FaqQuestion, FaqText, FaqUse
from app.conversations.policy import Permission
from app.conversations.queries.questions import FaqWords, faq_row
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid, NotFound
from app.core.texts import N_

_QUESTION, _ANSWER, _KEYWORDS = 300, 4000, 500


@command
def keep_question(
    actor: Actor,
    question_id: int | None,
    words: Mapping[str, FaqWords],
    *,
    client_ref: str,
    subject_kinds: Sequence[str] = (),
    is_active: bool = True,
    position: int = 0,
) -> int:
    """Make or change a question; `words` by language, those without a question are left out. Returns its id."""
    actor.demand(Permission.EDIT_FAQ)
    texts = _checked(words)
    if not set(subject_kinds) <= set(KINDS):
        raise Invalid("kinds", N_("Choose one of the list."))
    values = {
        "subject_kinds": list(subject_kinds), "is_active": is_active, "position": position, "changed_at": clock.now(),
    }  # fmt: skip
    before = None
    if question_id is None:
        made = db.session.scalar(
            upsert(FaqQuestion)
            .values(client_ref=client_ref, **values)
            .on_conflict_do_nothing(index_elements=["client_ref"])
            .returning(FaqQuestion.id)
        )
        if made is None:
            return db.session.scalars(select(FaqQuestion.id).where(FaqQuestion.client_ref == client_ref)).one()
        question_id = made
    else:
        before = faq_row(actor, question_id)
        row = db.session.get(FaqQuestion, question_id, with_for_update=True, populate_existing=True)
        if row is None:
            raise NotFound
        for name, value in values.items():
            setattr(row, name, value)
        db.session.execute(delete(FaqText).where(FaqText.question_id == question_id))
    db.session.execute(
        insert(FaqText).inline(),
        [
            {"question_id": question_id, "locale": locale, "question": one.question, "answer": one.answer,
             "keywords": one.keywords}
            for locale, one in texts.items()
        ],
    )  # fmt: skip
    changes = {
        "questions": [
            {locale: one.question for locale, one in before.words.items()} if before else {},
            {locale: one.question for locale, one in texts.items()},
        ],
        "active": [before.is_active if before else None, is_active],
    }
    audit.record(actor, "faq_question", question_id, "changed" if before else "made", changes)
    return question_id


def _checked(words: Mapping[str, FaqWords]) -> dict[str, FaqWords]:
    found: dict[str, FaqWords] = {}
    for locale, one in words.items():
        parts = [
            " ".join(one.question.split()),
            one.answer.replace("\r\n", "\n").strip(),
            " ".join(one.keywords.split()),
        ]
        if not any(parts):
            continue
        if not parts[0]:
            raise Invalid(f"question_{locale}", N_("Write the question."))
        if not parts[1]:
            raise Invalid(f"answer_{locale}", N_("Write the answer."))
        for name, part, most in zip(
            ("question", "answer", "keywords"), parts, (_QUESTION, _ANSWER, _KEYWORDS), strict=True
        ):
            if len(part) > most:
                raise Invalid(f"{name}_{locale}", N_("At most {most} characters.", most=most))
        found[locale] = FaqWords(*parts)
    if not found:
        raise Invalid("question_en", N_("Write the question in one language at least."))
    return found


@command
def note_use(actor: Actor, question_ids: Sequence[int], kind: str, client_ref: str) -> None:
    """Count that answers were shown before a message was sent, or that one was enough; once a message."""
    for question_id in question_ids:
        known = db.session.scalar(select(FaqQuestion.id).where(FaqQuestion.id == question_id, FaqQuestion.is_active))
        if known is None:
            raise NotFound
        db.session.execute(
            upsert(FaqUse)
            .values(
                company_id=actor.company_id, question_id=question_id, kind=kind, client_ref=client_ref[:80],
                user_id=actor.user_id, at=clock.now(),
            )
            .on_conflict_do_nothing(index_elements=["company_id", "client_ref", "question_id", "kind"])
        )  # fmt: skip
