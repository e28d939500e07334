"""openTRANS 2.1: orders, answers, despatch, receipt, invoices, requests and quotations."""
