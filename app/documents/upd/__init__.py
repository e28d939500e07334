"""Documents in the formats of the Russian tax service: UPD, the buyer's answer to it, and its correction (UKD)."""
