"""Who travels where, with which vehicle and crew, over which roads? Snapshots in, plans out.

`snapshot` says what a plan is made from and `trips` what it is; `roads` finds travel times
around closures, `runs` plans the vehicles, `replan` mends a plan that has begun, and `supply` loads
a city's buses. A plan is a pure function of its snapshot, its budget of iterations and its seed.
"""
