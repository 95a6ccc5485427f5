"""Which communities are at the highest risk, from files or from the city's own records?

`files` reads a city's tables; `records` counts the registry and the cases; `runs` keeps what was
counted with its seed and fingerprint; `story` tells a run to a page, a machine or a sheet.
"""
