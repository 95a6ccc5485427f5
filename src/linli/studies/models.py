"""The tables of the studies, each written by the folder it comes from."""

from linli.studies.epidemic.tables import CurveMark
from linli.studies.evaluation.tables import Judgement, Snapshot, SnapshotRow
from linli.studies.risk.tables import RiskRun
from linli.studies.simulation.tables import WhatIf, WhatIfDecision
from linli.studies.warning.tables import WarningRow, WarningRun

__all__ = [
    "CurveMark", "Judgement", "RiskRun", "Snapshot", "SnapshotRow", "WarningRow", "WarningRun",
    "WhatIf", "WhatIfDecision",
]  # fmt: skip
