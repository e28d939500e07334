"""What all ANSI X12 transaction sets share: delimiters, segments, envelopes, values."""
