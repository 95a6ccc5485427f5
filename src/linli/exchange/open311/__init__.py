"""Open311 GeoReport v2: other cities' apps file and follow requests here."""
