"""What pages and commands read of quotes and tenders."""
