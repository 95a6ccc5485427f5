"""Can this machine set Linli up? Says in one message all that is missing."""

import re
import shutil
import subprocess
import sys

LEAST_PYTHON = (3, 11)
LEAST_NODE = 20


def node_major() -> int | None:
    """Return the major version of the Node found on the path, or None."""
    node = shutil.which("node")
    if node is None:
        return None
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.", told)
    return int(found.group(1)) if found else None


def missing() -> list[str]:
    """Return one sentence for each thing that must be installed first."""
    sentences = []
    if sys.version_info < LEAST_PYTHON:
        seen = ".".join(str(part) for part in sys.version_info[:3])
        sentences.append(f"Python 3.11 or newer is needed; {sys.executable} is {seen}.")
    node = node_major()
    if node is None or node < LEAST_NODE:
        seen = "none was found" if node is None else f"version {node} was found"
        sentences.append(f"Node 20 or newer is needed to build the scripts for the pages; {seen}.")
    elif shutil.which("npm") is None:
        sentences.append("npm, which usually comes with Node, was not found.")
    return sentences


if __name__ == "__main__":
    problems = missing()
    for sentence in problems:
        print(sentence, file=sys.stderr)
    if problems and sys.version_info < LEAST_PYTHON:
        print("Another Python can be named: make demo PYTHON=python3.12", file=sys.stderr)
    sys.exit(1 if problems else 0)
