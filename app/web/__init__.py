"""The web base: what every page shares (access, texts, filters, forms, fragments, slots, errors).

Knows no slice. Slices register what they add: the way from session to actor (`access.set_actor_provider`), menu
entries (`navigation.nav_entry`) and panels (`slots.slot`).
"""
