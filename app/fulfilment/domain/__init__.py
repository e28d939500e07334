"""Rules of fulfilment, without a database."""
