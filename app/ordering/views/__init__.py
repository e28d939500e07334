"""Pages of buyers: shop, quick order, cart, checkout, orders; and the orders of all accounts for the operator."""

from __future__ import annotations

from flask import Blueprint

from app.core.actor import Scope
from app.ordering.policy import Permission
from app.web.navigation import nav_entry, search_entry
from app.web.texts import _

blueprint = Blueprint("ordering", __name__)
nav_entry(10, "ordering.shop", _("Articles"), Permission.SHOP, "articles", scope=Scope.TENANT)
nav_entry(20, "ordering.quick_order", _("Quick order"), Permission.FILL_CART, "quick-order", scope=Scope.TENANT)
nav_entry(30, "ordering.cart", _("Cart"), Permission.FILL_CART, "cart", scope=Scope.TENANT)
nav_entry(40, "ordering.orders", _("Orders"), Permission.READ, "orders", scope=Scope.TENANT)
nav_entry(45, "ordering.lists_index", _("Lists"), Permission.EDIT_LISTS, "ledger", scope=Scope.TENANT)
nav_entry(
    47, "ordering.approvals", _("Approvals"), Permission.APPROVE, "check", group="more", scope=Scope.TENANT,
    under=("/company/approval-rules",),
)  # fmt: skip
nav_entry(20, "ordering.sales_orders", _("Orders"), Permission.READ_ALL, "orders", scope=Scope.OPERATOR)
nav_entry(
    76, "ordering.delivery_rules", _("Delivery and thresholds"), Permission.DELIVERY_RULES, "truck", group="more",
    scope=Scope.OPERATOR,
)  # fmt: skip
search_entry(10, "ordering.shop", _("Search articles"), Permission.SHOP, scope=Scope.TENANT)
search_entry(20, "ordering.sales_orders", _("Search orders"), Permission.READ_ALL, scope=Scope.OPERATOR)

from app.ordering.views import (  # noqa: E402 -- the modules add their routes to the blueprint
    approval_links,  # noqa: F401
    approval_rules,  # noqa: F401
    approvals,  # noqa: F401
    cart,  # noqa: F401
    cart_live,  # noqa: F401
    carts,  # noqa: F401
    checkout,  # noqa: F401
    compare,  # noqa: F401
    coupons,  # noqa: F401
    handing,  # noqa: F401
    order_changes,  # noqa: F401
    order_desk,  # noqa: F401
    orders,  # noqa: F401
    own_fields,  # noqa: F401
    pad,  # noqa: F401
    panels,  # noqa: F401
    product,  # noqa: F401
    quick_order,  # noqa: F401
    reorder,  # noqa: F401
    requisition_files,  # noqa: F401
    requisition_lines,  # noqa: F401
    requisition_lists,  # noqa: F401
    requisition_put,  # noqa: F401
    shop,  # noqa: F401
    split,  # noqa: F401
    standing,  # noqa: F401
    standing_runs,  # noqa: F401
    terms,  # noqa: F401
    uploads,  # noqa: F401
)
