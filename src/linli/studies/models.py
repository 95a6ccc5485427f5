"""The tables of the studies, each written by the folder it comes from."""

from linli.studies.evaluation.tables import Judgement, Snapshot, SnapshotRow
from linli.studies.risk.tables import RiskRun

__all__ = ["Judgement", "RiskRun", "Snapshot", "SnapshotRow"]
