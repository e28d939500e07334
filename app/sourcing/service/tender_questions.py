"""Questions of bidders and their answers, which all read and whose askers nobody learns.

A question writes no audit row and no event for others in the asker's name; the asking side is told by the clock.
"""

from __future__ import annotations

from sqlalchemy import insert, select, text

from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.outbox import publish
from app.core.texts import N_
from app.sourcing.events import QuestionAnswered
from app.sourcing.models.tender_people import TenderAsker, TenderQuestion
from app.sourcing.models.tenders import TenderLine, TenderLot
from app.sourcing.policy import Permission
from app.sourcing.queries.clock import database_now
from app.sourcing.service.tender_state import advance_tender, locked_tender, supplier_event

_NEXT_ID = text("SELECT nextval('tender_questions_id_seq')")
LONGEST = 4000


@command
def ask(actor: Actor, tender_id: int, question: str, *, lot_id: int | None = None, line_id: int | None = None) -> int:
    """A supplier's question on a tender, a lot or a line; returns its id."""
    actor.demand(Permission.BID)
    wording = question.strip()
    if not wording or len(wording) > LONGEST:
        raise Invalid("text", N_("Write a question of at most {n} characters.", n=LONGEST))
    held = supplier_event(actor, tender_id, "ask", is_anonymous=True)
    end = held.question_end or held.deadline
    if end is not None and held.at > end:
        raise Conflict(N_("The time for questions has passed."))
    for model, wanted in ((TenderLot, lot_id), (TenderLine, line_id)):
        if wanted is not None and not db.session.scalar(
            select(model.id).where(model.id == wanted, model.tender_id == tender_id)
        ):
            raise NotFound
    question_id: int = db.session.execute(_NEXT_ID).scalar_one()
    # without RETURNING: the asker may read the row only once the next one stands
    db.session.execute(
        insert(TenderQuestion).inline(),
        [{
            "id": question_id, "company_id": held.company_id, "tender_id": tender_id, "lot_id": lot_id,
            "line_id": line_id, "text": wording,
        }],
    )  # fmt: skip
    db.session.execute(insert(TenderAsker).inline(), [{"question_id": question_id, "company_id": actor.company_id}])
    return question_id


@command
def answer_question(actor: Actor, tender_id: int, question_id: int, answer: str) -> None:
    """To all participants, without the asker's name; while answers are possible. An answer can be bettered."""
    actor.demand(Permission.RUN)
    if not answer.strip():
        raise Invalid("answer", N_("Write an answer."))
    question = _decided(actor, tender_id, question_id, "answer")
    question.state, question.answer, question.answered_at = "answered", answer.strip(), database_now()
    publish(QuestionAnswered(question.id))


@command
def dismiss_question(actor: Actor, tender_id: int, question_id: int, reason: str) -> None:
    """The question stays without an answer; only its asker reads why."""
    actor.demand(Permission.RUN)
    if not reason.strip():
        raise Invalid("answer", N_("Say why the question is not answered."))
    question = _decided(actor, tender_id, question_id, "dismiss_question")
    question.state, question.answer, question.answered_at = "dismissed", reason.strip(), database_now()


def _decided(actor: Actor, tender_id: int, question_id: int, event: str) -> TenderQuestion:
    tender = locked_tender(actor, tender_id)
    question = db.session.get(TenderQuestion, question_id, populate_existing=True)
    if question is None or question.tender_id != tender_id:
        raise NotFound
    moment = database_now()
    is_late = tender.clarif_end is not None and moment > tender.clarif_end
    # A tender that waits for its answers can be answered until it is closed.
    if is_late and tender.late_question_policy != "block" and event == "answer":
        raise Conflict(N_("The time for answers has passed. Extend the tender, or dismiss the question."))
    advance_tender(actor, tender_id, event, role="buyer", changes={"question": question_id})
    return question
