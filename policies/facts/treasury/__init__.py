"""Facts of treasury: which payments may go into an order."""
