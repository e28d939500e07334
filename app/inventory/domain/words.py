"""What an account is told of the stock in sentences, without saying more than it may see."""

from __future__ import annotations

from app.core.texts import N_, Message
from app.inventory.domain.display import Display
from app.inventory.domain.promise import Promise


def shortage_words(promise: Promise, unit: Message | str) -> Message:
    """Why so much cannot be had. An account that is shown bands or a light reads no number of ours."""
    view = promise.view
    if not promise.obtainable:
        return N_("Out of stock.")
    if view.display is Display.LIGHT:
        return N_("There is not enough in stock.")
    if view.display is Display.BAND:
        start = view.band(promise.obtainable)
        if start is None:
            return N_("Fewer than {quantity} {unit} in stock.", quantity=view.bands[0], unit=unit)
        return N_("{quantity}+ {unit} in stock, not enough for what you want.", quantity=start, unit=unit)
    if promise.obtainable > promise.available:
        return N_("At most {available} {unit} can be had.", available=promise.obtainable, unit=unit)
    return N_("Only {available} {unit} in stock.", available=promise.available, unit=unit)
