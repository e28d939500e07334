"""The order of the shop with the weights the operator set."""

from __future__ import annotations

from datetime import timedelta

from app.core import clock
from app.core.actor import Actor
from app.core.operator_settings import setting_value
from app.ordering.domain.ranking import Weights
from app.ordering.queries.rank_reasons import last_run
from app.ordering.service.ranking import Ranked, rank_articles
from app.sales.domain.ranking import WEIGHTS

EVERY = timedelta(hours=1)  # stock and promotions change by the hour


def weights_now() -> Weights:
    """The weights that are set."""
    return Weights(**{name: setting_value(setting) for name, setting in WEIGHTS.items()})


def rank_when_due(actor: Actor) -> Ranked | None:
    """Work the order out where weights were changed or an hour went by; None where neither is so."""
    weights, run = weights_now(), last_run(actor)
    if run is not None and run.weights == weights and run.ran_at > clock.now() - EVERY:
        return None
    return rank_articles(actor, weights)


def rank_now(actor: Actor) -> Ranked:
    """Work the order out at once."""
    return rank_articles(actor, weights_now())
