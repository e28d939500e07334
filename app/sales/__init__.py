"""The sales desk: the list of carts left behind with its actions, accounts with notes and tasks, segments, offers, order of the shop.

Standing decisions
* Facts (why a cart was left, what an account buys, what is likely next) are worked out in `insights`; here people act on them.
* A customer never sees notes, tasks, reasons or segments; what he sees is an offer, a message or a page.
"""
