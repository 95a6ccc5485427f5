"""What do detectors say of a city or of a file? The bridge to `analysis.warning`."""
