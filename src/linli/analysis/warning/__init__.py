"""Where and when do counts rise beyond what is usual? Detectors for many series at once.

Each detector takes counts (areas, times), oldest first, and gives `finding.Findings`: what was
seen, what was expected, the bound above which it warns, and for each series how sound that is.
`detect.detect` calls any of them by name.
"""
