"""Work that must end: one ledger, one writer, one folder a loop."""
