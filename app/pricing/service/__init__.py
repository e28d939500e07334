"""Commands of the price manager. A change of an entry, list or chain holds from the next request on."""
