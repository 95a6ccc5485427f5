"""What few commands need is loaded by those commands: neither help nor the server waits for it."""

import os
import subprocess
import sys

import pytest

# Solvers, compilers and readers of maps, with what they bring along: a second and 80 MB the worst.
RARE = ("ortools", "pyvrp", "osmium", "numba", "llvmlite", "pandas", "matplotlib")
STARTS = {
    "the command line": "import linli.cli.main",
    "help": (
        "from linli.cli.main import app\n"
        "try: app(['--help'])\nexcept SystemExit: pass"
    ),
    "the server": (
        "import django; django.setup()\n"
        "from django.urls import get_resolver; get_resolver().url_patterns"
    ),
    "the worker": (
        "import django; django.setup()\n"
        "from linli.plans import chores; chores.learn_jobs()"
    ),
}  # fmt: skip


@pytest.mark.parametrize("start", STARTS)
def test_nothing_rare_is_loaded_before_it_is_needed(start: str) -> None:
    script = (
        f"import sys\n{STARTS[start]}\n"
        f"print([m for m in {RARE!r} if m in sys.modules], file=sys.stderr)"
    )
    settings = {"DJANGO_SETTINGS_MODULE": "linli.site.settings"}

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True,
        env={**os.environ, **settings},
    )  # fmt: skip

    assert done.stderr.strip().splitlines()[-1] == "[]"
