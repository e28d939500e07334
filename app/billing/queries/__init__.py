"""What billing shows: invoices, exports, archives."""
