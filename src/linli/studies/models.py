"""The tables of the studies, each written by the folder it comes from."""

from linli.studies.evaluation.tables import Judgement, Snapshot, SnapshotRow
from linli.studies.warning.tables import WarningRow, WarningRun

__all__ = ["Judgement", "Snapshot", "SnapshotRow", "WarningRow", "WarningRun"]
