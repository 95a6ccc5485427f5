"""One unit receives an order, and says when it is done."""
