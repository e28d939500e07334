"""Tables of imports, of partners and of the messages exchanged with them."""
