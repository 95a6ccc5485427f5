"""How many exposures of a case stand where?"""

from linli.loops.exposures.tables import Decision, Exposure


def undecided(source_id: int | None) -> int:
    """How many people found or named for a case nobody has decided on."""
    if source_id is None:
        return 0
    return Exposure.objects.filter(source_id=source_id, decision=Decision.OPEN).count()
