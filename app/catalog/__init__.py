"""Articles, their units and packs, categories, the customers' own article numbers.

Standing decisions:

* A code from a person or a file is compared as `domain.article.key_of` writes it; SKU beats GTIN beats own number.
* Quantity rules are kept in the base unit and said in the unit a buyer entered (`domain.order_quantity`).
* `name` is the article's name where a language has none of its own in `names`.
"""
