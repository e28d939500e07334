"""Conversations of the shipyard: a question without an answer, one that waits too long, one answered with a paper, an
inner note; frequently asked questions; and a mail that fits nowhere.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage

from sqlalchemy import select

from app.accounts.domain.roles import Role
from app.conversations.domain.messages import Upload
from app.conversations.queries.questions import FaqWords
from app.conversations.service.inbound import due_mails, keep_mail, place_mail
from app.conversations.service.questions import keep_question
from app.conversations.service.threads import post, post_with_files
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.settings import settings
from app.core.tenancy import acting_as
from app.ordering.models.orders import Order

_QUESTIONS = (
    (("order",), {
        "en": FaqWords("How long does a delivery take?", "What is in stock leaves on the same day when you order before 14:00, "
                       "and arrives after one or two working days. The page of the order shows where it is.",
                       "when arrive shipped delivered parcel tracking"),
        "ru": FaqWords("Сколько идёт доставка?", "Товар со склада уходит в тот же день, если заказ сделан до 14:00, "
                       "и приходит через один-два рабочих дня. Где он, видно на странице заказа.",
                       "когда придёт посылка отправка отгрузка доставят"),
        "uk": FaqWords("Скільки триває доставка?", "Товар зі складу вирушає того ж дня, якщо замовлення зроблено до 14:00, "
                       "і надходить за один-два робочі дні. Де він, видно на сторінці замовлення.",
                       "коли прийде посилка відправлення доставлять"),
    }),
    (("invoice", "account"), {
        "en": FaqWords("Where do I find my invoices?", "On the page Invoices, as PDF and as electronic invoice. The page of each "
                       "order links to its invoices.", "invoice bill copy download pdf"),
        "ru": FaqWords("Где найти мои счета?", "На странице «Счета», в PDF и как электронный счёт. На странице каждого заказа "
                       "есть ссылки на его счета.", "счёт копия скачать pdf"),
        "uk": FaqWords("Де знайти мої рахунки?", "На сторінці «Рахунки», у PDF та як електронний рахунок. На сторінці кожного "
                       "замовлення є посилання на його рахунки.", "рахунок копія завантажити pdf"),
    }),
    ((), {
        "en": FaqWords("How do I send goods back?", "Open the shipment and choose what goes back and why. We answer on the same "
                       "page and send you a slip for the parcel.", "return refund wrong broken damaged"),
        "ru": FaqWords("Как вернуть товар?", "Откройте поставку и выберите, что возвращается и почему. Ответ будет на той же "
                       "странице, вместе с листом для посылки.", "возврат брак сломано ошибка"),
        "uk": FaqWords("Як повернути товар?", "Відкрийте відвантаження й оберіть, що повертається і чому. Відповідь буде на тій "
                       "самій сторінці, разом з аркушем для посилки.", "повернення брак зламано помилка"),
    }),
)  # fmt: skip
_PAPER = b"Test report 4711\nArticle: shackle 10 mm\nBreaking load: 9.8 kN\nResult: passed\n"


def add_conversations(house: Actor, yard: Actor, staff: dict[Role, int]) -> None:
    """`yard`: a buyer of the shipyard; `staff`: the operator's people by role."""
    sven = replace(house, user_id=staff[Role.SALES], name="Sven Larsen")
    with acting_as(house):
        orders = db.session.scalars(
            select(Order.id).where(Order.company_id == yard.company_id).order_by(Order.placed_at.desc()).limit(3)
        ).all()
        for place, (kinds, words) in enumerate(_QUESTIONS):
            keep_question(house, None, words, client_ref=f"demo-faq-{place}", subject_kinds=kinds, position=place)
    now = clock.now()
    _say(yard, orders[0], "Can you send it in two parts? The first ten cartons are needed on site this week.",
         now - timedelta(minutes=50), "open")  # fmt: skip
    _say(
        yard,
        orders[1],
        "Two boxes were open when they arrived. Is the rest still coming?",
        now - timedelta(days=4),
        "late",
    )
    _say(yard, orders[2], "We need the test report of the shackles for our customer.", now - timedelta(days=2), "asked")
    with clock.frozen(now - timedelta(days=2) + timedelta(hours=2)), acting_as(sven):
        post(
            sven, subject=("order", orders[2]), company_id=yard.company_id, is_inner=True, client_ref="demo-talk-note",
            text="Quality has the report; they will want one with every order from now on.",
        )  # fmt: skip
        post_with_files(
            sven, subject=("order", orders[2]), company_id=yard.company_id, client_ref="demo-talk-answer",
            text="Here it is. From now on it comes with the goods.", uploads=[Upload("test-report-4711.txt", _PAPER)],
        )  # fmt: skip
    _mail(house)


def _say(yard: Actor, order_id: int, text: str, at: datetime, name: str) -> None:
    with clock.frozen(at), acting_as(yard):
        post(
            yard, subject=("order", order_id), company_id=yard.company_id, text=text, client_ref=f"demo-talk-{name}"
        )  # fmt: skip


def _mail(house: Actor) -> None:
    """Somebody wrote to the plain reply address."""
    message = EmailMessage()
    message["From"] = "Jonas Brandt <jonas.privat@mail.example>"
    message["To"] = settings().reply_address or "reply@localhost"
    message["Subject"] = "Delivery note of last week"
    message["Message-ID"] = "<demo-1@mail.example>"
    message.set_content(
        "Hello,\n\nI write from my private address: could you send me the delivery note again?\n\nJonas\n"
    )
    with acting_as(house):
        keep_mail(house, message.as_bytes())
        for mail_id in due_mails(house):
            place_mail(house, mail_id)
