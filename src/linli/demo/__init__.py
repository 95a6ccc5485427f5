"""City W: a made-up population in a real or a made-up tree of areas, for demos and tests."""
