"""What is signed for: work orders, their discrepancies, and what people say about them."""
