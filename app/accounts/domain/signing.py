"""How entries that cannot be changed name who made them."""

from __future__ import annotations

from app.core.actor import Actor


def signed(actor: Actor) -> str:
    """The person, and in brackets the one of the operator who acted in that name."""
    return f"{actor.name} ({actor.staff_name})" if actor.staff_name else actor.name
