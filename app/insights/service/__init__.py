"""Commands of the desks: carts left behind, suspected faults of the catalogue."""
