"""What is to be done later, and what is to be sent? Rows with leases."""
