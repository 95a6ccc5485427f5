"""What a plan lacks is mended by somebody, and whoever leads the plan says that it is (S95)."""
