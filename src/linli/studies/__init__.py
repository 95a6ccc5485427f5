"""The one bridge: fetch numbers, call an analysis, keep the run."""
