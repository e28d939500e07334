"""How a price is found, rounded, taxed and explained."""
