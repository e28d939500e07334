"""What can be done about a cart left behind, which action answers which reason, and the words to begin with."""

from __future__ import annotations

from enum import StrEnum

from app.core.texts import N_, Message
from app.insights.domain.abandonment_reasons import Reason

TEXT_LENGTH = 2000


class CartHelp(StrEnum):
    MESSAGE = "message"
    CALL = "call"
    SUBSTITUTE = "substitute"
    QUOTE = "quote"
    SPLIT = "split"
    LIMIT = "limit"
    CLOSED = "closed"


HELP_NAMES: dict[CartHelp, Message] = {
    CartHelp.MESSAGE: N_("Message to the buyer"),
    CartHelp.CALL: N_("Call planned"),
    CartHelp.SUBSTITUTE: N_("Cart with other goods offered"),
    CartHelp.QUOTE: N_("Quote made"),
    CartHelp.SPLIT: N_("Delivery in parts offered"),
    CartHelp.LIMIT: N_("Higher credit limit asked for"),
    CartHelp.CLOSED: N_("Closed by the sales desk"),
}
# What answers a reason best comes first.
ANSWERS: dict[Reason, tuple[CartHelp, ...]] = {
    Reason.PRICE_ROSE: (CartHelp.QUOTE,),
    Reason.NO_PRICE: (CartHelp.QUOTE, CartHelp.CALL),
    Reason.OUT_OF_STOCK: (CartHelp.SUBSTITUTE, CartHelp.CALL),
    Reason.LATE_DATE: (CartHelp.SPLIT, CartHelp.SUBSTITUTE),
    Reason.CREDIT_LIMIT: (CartHelp.LIMIT,),
    Reason.BELOW_MINIMUM: (CartHelp.CALL,),
    Reason.DELIVERY_COST: (CartHelp.QUOTE,),
    Reason.APPROVAL_REFUSED: (CartHelp.QUOTE, CartHelp.CALL),
    Reason.APPROVAL_STUCK: (CartHelp.CALL,),
    Reason.UPLOAD_ERRORS: (CartHelp.CALL,),
    Reason.SEARCHED_IN_VAIN: (CartHelp.CALL,),
}
_USUAL = N_("Your cart is still here as you left it. Is anything missing? We are glad to help.")
_WORDS: dict[Reason, Message] = {
    Reason.PRICE_ROSE: N_("Some prices in your cart are higher than in your last order. Tell us, and we see what we can do."),
    Reason.OUT_OF_STOCK: N_("Some goods in your cart cannot be supplied at present. We can offer you others in their place."),
    Reason.LATE_DATE: N_("Some goods in your cart leave late. We can send what is there now and the rest when it arrives."),
    Reason.CREDIT_LIMIT: N_("Your cart is above the credit that is free. We look into a higher limit; other ways of payment are open."),
    Reason.BELOW_MINIMUM: N_("Your cart is below the minimum order. Tell us what else you need, or when you order next."),
    Reason.UPLOAD_ERRORS: N_("Some rows of your file stayed open. Send it to us, and we put it right."),
    Reason.SEARCHED_IN_VAIN: N_("You searched for something that we do not list. Tell us what it is, and we look for it."),
}  # fmt: skip
SUBSTITUTE_WORDS = N_("We have prepared a cart for you with goods that we can supply now. Look at it and order.")
SPLIT_WORDS = N_("We have prepared your cart in parts: what is there comes now, the rest when it arrives.")


def words_for(reason: str) -> Message:
    """How a message about a cart left for this reason may begin."""
    return _WORDS.get(Reason(reason), _USUAL) if reason else _USUAL


def answers_to(reason: str) -> tuple[CartHelp, ...]:
    """Actions that answer the reason; a message is always possible."""
    return ANSWERS.get(Reason(reason), ()) if reason else ()
