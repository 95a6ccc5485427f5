"""The tables of the audit."""

from linli.audit.records import Record
from linli.audit.sealed import Seal

__all__ = ["Record", "Seal"]
