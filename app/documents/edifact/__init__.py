"""What all UN/EDIFACT messages share (ISO 9735 syntax 1 to 4): characters, segments, envelopes, values."""
