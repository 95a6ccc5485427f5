"""The tables of the studies, each written by the folder it comes from."""

from linli.studies.epidemic.tables import CurveMark
from linli.studies.evaluation.tables import Judgement, Snapshot, SnapshotRow

__all__ = ["CurveMark", "Judgement", "Snapshot", "SnapshotRow"]
