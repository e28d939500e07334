"""What is read for shop, carts and orders; tenancy is part of each query."""
