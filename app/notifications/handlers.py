"""Each notice with an event is told when the event is delivered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.core.actor import Actor, Scope
from app.core.outbox import handles
from app.notifications.notices import notices
from app.notifications.service.telling import tell_all


def _teller(code: str) -> Callable[[Actor, Any], None]:
    def tell(actor: Actor, event: Any) -> None:
        tell_all(actor, code, event)

    tell.__qualname__ = f"tell_{code}"  # outbox rows name their handler
    return tell


for _code, _kind in notices.items():
    if _kind.event is not None:
        handles(_kind.event, scope=Scope.OPERATOR)(_teller(_code))
