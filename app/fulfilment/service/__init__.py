"""What people and jobs do in fulfilment."""
