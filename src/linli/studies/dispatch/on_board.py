"""What do vehicles carry, and what does the engine call how ill somebody is?"""

from linli.analysis.dispatch.snapshot import Need, Severity

CREW_SIZE = 2  # escorts who travel together; a bus keeps so many seats for them
SEVERITY = {"none": Severity.UNKNOWN} | {s.value: s for s in Severity if s.value}
ON_BOARD = {
    "ambulance": frozenset({Need.LIFE_SUPPORT, Need.OXYGEN, Need.STRETCHER}),
}
