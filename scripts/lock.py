"""How are dependencies pinned? Versions and hashes, never an address."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOWEST_PYTHON = "3.11"


def compile_requirements(extra: str, *, to: str, within: str | None = None) -> None:
    """Pin the dependencies of one extra for every platform and every Python we support."""
    command = [
        *(sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--quiet", "--upgrade"),
        *("--extra", extra, "--python-version", LOWEST_PYTHON, "--universal"),
        *("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links"),
        *("--custom-compile-command", "make lock", "--output-file", to),
    ]
    if within:
        command += ["--constraint", within]
    subprocess.run(command, cwd=ROOT, check=True)


def lock_frontend() -> None:
    """Pin the npm packages, then drop the funding addresses npm writes beside them."""
    npm = os.environ.get("NPM", "npm")
    subprocess.run(
        [npm, "install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=ROOT / "frontend",
        check=True,
    )
    lock = ROOT / "frontend" / "package-lock.json"
    pinned = json.loads(lock.read_text())
    for package in pinned["packages"].values():
        package.pop("funding", None)
    lock.write_text(json.dumps(pinned, indent=2) + "\n")


if __name__ == "__main__":
    compile_requirements("build", to="requirements/base.txt")
    compile_requirements("dev", to="requirements/dev.txt", within="requirements/base.txt")
    compile_requirements("spark", to="requirements/spark.txt", within="requirements/base.txt")
    lock_frontend()
