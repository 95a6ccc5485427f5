"""What if? A whole city, person by person: policies in, differences with intervals out.

`disease`, `city`, `policies` and `observation` say what is simulated; `engine.run` simulates it;
`compare` runs choices side by side on the same dice; `screen` is the quick sketch by grids, and
`calibrate` fits it to a reported series. Numba is imported when a run starts, not before.
"""
