"""How long does it take from here to there, on which roads, and what if some are closed?

`network` holds the roads as compact arrays, `openstreetmap` reads them from an extract, `closures`
says which are shut to whom and when, `ways` finds travel times and paths around them, and
`estimate` stands in where there is no map.
"""
