"""How do lists come in? begin (a file) → preview (its columns) → run (a job) → result."""

from linli.registry.imports.results import Result, job_of, lines, result
from linli.registry.imports.running import OPERATOR, run
from linli.registry.imports.staging import Preview, Upload, begin, preview, upload_of

__all__ = [
    "OPERATOR", "Preview", "Result", "Upload", "begin", "job_of", "lines", "preview", "result",
    "run", "upload_of",
]  # fmt: skip
