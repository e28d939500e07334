"""Coupons in a cart: codes are kept as entered, what they give is worked out whenever the cart is priced."""

from __future__ import annotations

from app.core.actor import Actor
from app.core.db import command
from app.core.errors import Invalid
from app.core.texts import N_
from app.ordering.domain.cart import CartEdit
from app.ordering.service.cart_state import demand_own_prices, locked, shown
from app.pricing.domain.promotions import CouponAnswer
from app.pricing.service.coupons import CODE, normal

MOST = 5


@command
def add_coupon(actor: Actor, cart_id: int, code: str, *, page: str = "") -> tuple[CouponAnswer, CartEdit]:
    """Put a coupon into the cart and say what it gives.

    A code that does not apply yet stays, with the reason; one that is not there is Invalid and is not kept.
    """
    cart = locked(actor, cart_id)
    demand_own_prices(cart)
    code = normal(code)
    if not code:
        raise Invalid("coupon", N_("Enter the code of a coupon."))
    if not CODE.fullmatch(code):
        raise Invalid("coupon", N_("There is no coupon {code}.", code=code[:40]))
    if code not in cart.coupons:
        if len(cart.coupons) >= MOST:
            raise Invalid("coupon", N_("A cart takes at most {most} coupons. Remove one first.", most=MOST))
        cart.coupons = [*cart.coupons, code]
    now = shown(actor, cart, page, ())
    answer = next(one for one in now.effects.coupons if one.code == code)
    if not answer.is_known:
        raise Invalid("coupon", answer.message)
    return answer, now


@command
def remove_coupon(actor: Actor, cart_id: int, code: str, *, page: str = "") -> CartEdit:
    """Take a coupon out; one that is not in the cart changes nothing."""
    cart = locked(actor, cart_id)
    cart.coupons = [held for held in cart.coupons if held != code]
    return shown(actor, cart, page, ())
