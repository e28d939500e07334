"""Rules of reading files: fields, headers, values, parts. Pure."""
