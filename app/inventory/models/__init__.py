"""Tables of stock. Quantities are in the base unit of the article."""
