"""Several at once: guesses of one password, administrators who remove each other, one registration sent twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from app.accounts.domain.registration import Registration
from app.accounts.models.companies import Company
from app.accounts.models.people import Membership
from app.accounts.models.sign_ins import SignInAttempt
from app.accounts.queries.people import people
from app.accounts.service.people import deactivate
from app.accounts.service.registration import register_company
from app.accounts.service.sign_in import sign_in
from app.core.db import db
from app.core.errors import DomainError
from tests.factories import accounts as make

pytestmark = pytest.mark.races


def at_once(number: int, function: Any) -> list[Any]:
    """What each of several threads gets, errors of the domain included."""

    def run(index: int) -> Any:
        try:
            return function(index)
        except DomainError as error:
            return type(error).__name__

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def test_guesses_sent_at_once_are_slowed_like_guesses_one_by_one(committing, world):
    with world():
        user = make.person(make.customer())

    def guess(index: int) -> None:
        with world():
            sign_in(user.email, "wrong", ip=f"192.0.2.{index}")

    answers = at_once(10, guess)
    assert sorted(answers) == ["Invalid"] * 5 + ["Unavailable"] * 5
    with world():
        outcomes = db.session.execute(select(SignInAttempt.outcome, func.count()).group_by(SignInAttempt.outcome)).all()
        assert sorted(tuple(row) for row in outcomes) == [("throttled", 5), ("wrong_password", 5)]


def test_two_administrators_cannot_remove_each_other(committing, world):
    with world():
        company = make.customer()
        actors = [make.actor_for(make.person(company, "company_admin"), company) for _ in range(2)]
    with world(actors[0]):
        ids = {person.user_id: person.membership_id for person in people(actors[0])}

    def remove(index: int) -> str:
        with world(actors[index]):
            deactivate(actors[index], ids[actors[1 - index].user_id])
        return "done"

    assert sorted(at_once(2, remove)) == ["Conflict", "done"]
    with world():
        assert db.session.scalar(select(func.count()).where(Membership.is_active)) == 1


def test_registration_sent_twice_at_once_makes_one_company(committing, world):
    with world():
        make.operator()
    facts = Registration("Neu GmbH", "DE", "Nina", "nina@neu.example", "1", "Str. 1", "1", "Kiel")

    def register(_index: int) -> str:
        with world():
            return register_company(facts, client_ref="one", ip="192.0.2.1")

    assert len(set(at_once(4, register))) == 1
    with world():
        assert db.session.scalar(select(func.count()).where(Company.kind == "customer")) == 1
