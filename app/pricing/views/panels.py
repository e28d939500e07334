"""What prices add to pages of lower slices: the chain on an account, the prices on an article."""

from __future__ import annotations

from typing import Any

from flask import render_template

from app.catalog.queries.browse import ArticlePage
from app.core import clock
from app.pricing.domain.reasons import LEVEL_NAMES
from app.pricing.forms.chains import STRATEGIES, AssignForm
from app.pricing.forms.rules import COMBINES
from app.pricing.policy import Permission
from app.pricing.queries.chains import chain_names, chain_of_account
from app.pricing.queries.lists import prices_of_article
from app.pricing.queries.rules import levels_of_account
from app.pricing.views.lists import last_day
from app.web.access import actor
from app.web.slots import slot


@slot("accounts.account.side", order=20)
def chain_panel(*, account: Any) -> str | None:
    """The chain an account buys by, and the choice of another one."""
    if not actor().can(Permission.READ) or account.kind != "customer":
        return None
    chain, is_own = chain_of_account(actor(), account.id)
    form = None
    if actor().can(Permission.ASSIGN):
        form = AssignForm(chain=str(chain.id) if chain and is_own else "", formdata=None)
        form.offer(chain_names(actor()))
    return render_template(
        "pricing/_account_chain.html", account=account, chain=chain, is_own=is_own, form=form, strategies=STRATEGIES,
        levels=levels_of_account(actor(), account.id, clock.today(actor().time_zone)), level_names=LEVEL_NAMES,
        combines=COMBINES, may_assign=form is not None,
    )  # fmt: skip


@slot("catalog.article.main", order=10)
def prices_panel(*, page: ArticlePage) -> str | None:
    """The article's prices in all lists."""
    if not actor().can(Permission.READ):
        return None
    return render_template(
        "pricing/_article_prices.html",
        article=page.article,
        prices=prices_of_article(actor(), page.article.id),
        last_day=last_day,
    )
