"""Is what a run needs compiled once, and not once more for each number that is handed on?"""

import json
import subprocess
import sys

SCRIPT = """
import json
from numba.core.dispatcher import Dispatcher
from linli.analysis.simulation import (
    calendar_kernel, care_kernel, course_kernel, kernel, response_kernel,
)
from linli.analysis.simulation.test_worlds import CITY, COVID, EVERYTHING, TIGHT
from linli.analysis.simulation.engine import run
from linli.analysis.simulation.setting import Setting

run(Setting(CITY, COVID, EVERYTHING, TIGHT, first=15), seed=1, n_days=25)
found = {}
for module in (calendar_kernel, care_kernel, course_kernel, kernel, response_kernel):
    for name, one in vars(module).items():
        if isinstance(one, Dispatcher) and one.py_func.__module__ == module.__name__:
            found[module.__name__ + "." + name] = len(one.signatures)
print(json.dumps(found))
"""


def test_every_compiled_function_of_a_run_is_compiled_for_one_kind_of_arguments():
    told = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )

    found = json.loads(told.stdout.splitlines()[-1])
    assert sum(found.values()) > 15
    assert {name: n for name, n in found.items() if n > 1} == {}
