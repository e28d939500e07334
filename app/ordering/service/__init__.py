"""Commands on carts and orders."""
