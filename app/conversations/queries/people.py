"""Who answers by mail, and whom to tell of a message. In operator scope."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import select

from app.accounts.domain.roles import CompanyKind, CompanyState, Role
from app.accounts.models.companies import Company
from app.accounts.models.people import Membership, User
from app.accounts.queries.mailing import PersonToTell, people_of, staff
from app.accounts.queries.people import person_actor
from app.conversations.domain.subjects import CART
from app.conversations.models.threads import Conversation, ConversationFollower
from app.conversations.queries.subjects import Subject, cart_people, role_sees, subject
from app.core.actor import Actor, Scope, Via
from app.core.db import db
from app.core.errors import Forbidden, NotFound


@dataclass(frozen=True, slots=True)
class Answerer:
    """A person as the one who writes by mail, with the address he must write from."""

    actor: Actor
    email: str


def answerer(thread: Conversation, user_id: int) -> Answerer | None:
    """The person of a reply token with today's rights; None who works on neither side any more."""
    row = db.session.execute(
        select(Company.id, Company.kind, User.email)
        .join(Membership, Membership.company_id == Company.id)
        .join(User, User.id == Membership.user_id)
        .where(
            User.id == user_id, User.is_active, Membership.is_active, Company.state == CompanyState.APPROVED,
            (Company.id == thread.company_id) | (Company.kind == CompanyKind.OPERATOR),
        )
        .order_by((Company.id == thread.company_id).desc())
        .limit(1)
    ).one_or_none()  # fmt: skip
    if row is None:
        return None
    try:
        found = person_actor(row.id, user_id, via=Via.JOB)
    except Forbidden:
        return None
    scope = Scope.OPERATOR if row.kind == CompanyKind.OPERATOR else Scope.TENANT
    return Answerer(replace(found, scope=scope), row.email.lower())


def person_by_address(company_id: int, address: str) -> Actor | None:
    """The active person of a company with this mail address."""
    user_id = db.session.scalar(
        select(User.id)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.company_id == company_id, Membership.is_active, User.is_active, User.email == address.lower())
    )
    if user_id is None:
        return None
    try:
        return person_actor(company_id, user_id)
    except Forbidden:
        return None


def operator_company_id() -> int:
    found = db.session.scalar(select(Company.id).where(Company.kind == CompanyKind.OPERATOR))
    if found is None:
        raise NotFound
    return found


def sees_subject(actor: Actor, thread: Conversation) -> Subject | None:
    """What the thread is about, if this person may see it."""
    try:
        return subject(actor, thread.subject_kind, thread.subject_id)
    except NotFound:
        return None


def customers_people(thread: Conversation, about: Subject) -> list[PersonToTell]:
    """Those of the customer who follow, else whose subject it is, else the administrators; only who may see it."""
    everybody = _seeing(people_with_role(thread.company_id), thread, about)
    following = _followers(thread.id, "customer")
    for wanted in (
        {one for one, is_on in following.items() if is_on},
        {about.user_id} - {one for one, is_on in following.items() if not is_on},
    ):
        found = [person for person in everybody if person.user_id in wanted]
        if found:
            return found
    if any(following):
        return []  # somebody asked not to be told
    admins = {person.user_id for person in people_of(thread.company_id, (Role.COMPANY_ADMIN,))}
    return [person for person in everybody if person.user_id in admins]


def operators_people(thread: Conversation, manager_id: int | None) -> list[PersonToTell]:
    """The operator's: the account's manager and who follows; all of sales where there is neither."""
    following = _followers(thread.id, "operator")
    wanted = {one for one, is_on in following.items() if is_on}
    if manager_id is not None and following.get(manager_id, True):
        wanted.add(manager_id)
    desk = everybody_at_the_desk()
    return (
        [person for person in desk if person.user_id in wanted] or staff((Role.SALES,)) or staff((Role.OPERATOR_ADMIN,))
    )


def everybody_at_the_desk() -> list[PersonToTell]:
    """Who can answer customers, each once."""
    found = staff((Role.SALES, Role.OPERATOR_ADMIN, Role.ACCOUNTANT, Role.WAREHOUSE))
    return list({person.user_id: person for person in found}.values())


def people_with_role(company_id: int) -> list[tuple[PersonToTell, str]]:
    """The active people of a company with their roles."""
    rows = db.session.execute(
        select(Membership.user_id, Membership.role).where(Membership.company_id == company_id, Membership.is_active)
    )
    roles: dict[int, str] = {row[0]: row[1] for row in rows}
    return [
        (person, roles[person.user_id]) for person in people_of(company_id, [Role(one) for one in set(roles.values())])
    ]


def _seeing(people: Iterable[tuple[PersonToTell, str]], thread: Conversation, about: Subject) -> list[PersonToTell]:
    found = [person for person, role in people if role_sees(role, thread.subject_kind, is_operator=False)]
    if thread.subject_kind != CART:
        return found
    of_cart = cart_people(thread.subject_id, about.user_id, [person.user_id for person in found])
    return [person for person in found if person.user_id in of_cart]


def _followers(conversation_id: int, side: str) -> dict[int, bool]:
    rows = db.session.execute(
        select(ConversationFollower.user_id, ConversationFollower.is_on).where(
            ConversationFollower.conversation_id == conversation_id, ConversationFollower.side == side
        )
    )
    return {row[0]: row[1] for row in rows}
