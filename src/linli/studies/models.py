"""The tables of the studies, each written by the folder it comes from."""

from linli.studies.evaluation.tables import Judgement, Snapshot, SnapshotRow
from linli.studies.simulation.tables import WhatIf, WhatIfDecision

__all__ = ["Judgement", "Snapshot", "SnapshotRow", "WhatIf", "WhatIfDecision"]
