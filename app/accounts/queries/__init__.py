"""What is read about companies and people; tenancy is part of each query."""
