"""The large ground of the benchmarks: an invented range of any size, its accounts and price lists. The seed is fixed."""
