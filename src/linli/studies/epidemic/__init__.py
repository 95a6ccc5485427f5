"""Serial intervals, delays and offspring from files of records."""
