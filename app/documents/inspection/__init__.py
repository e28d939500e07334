"""What a file is, what stands in it and whether it is right: one report for every format, without a database."""
