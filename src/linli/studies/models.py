"""The tables of the studies, each written by the folder it comes from."""

from linli.studies.evaluation.tables import Judgement, Snapshot, SnapshotRow

__all__ = ["Judgement", "Snapshot", "SnapshotRow"]
