"""Commands on stock. Whoever changes a stock row has locked it first, in the order of ids."""
