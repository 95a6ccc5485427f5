"""The bridge: fetch numbers, call an analysis or a database made for it, keep what came out.

One folder a study. A study may open files and databases, which the analyses below may not; it
decides nothing, and writes to no table of the loops.
"""
