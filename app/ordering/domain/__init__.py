"""What a cart line may look like, how bulk input is read and judged, which states an order has."""
