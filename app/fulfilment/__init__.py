"""Picking, packing, shipments, deliveries with their proofs, returns and claims."""
