"""Does a PostgreSQL of our own end when whoever started it is told to stop?"""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from scripts.private_postgres import program

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "private_postgres.py"
SAYS = "import time; print('up', flush=True); time.sleep(60)"


def test_a_script_that_is_stopped_takes_its_server_with_it() -> None:
    try:
        program("postgres")
    except SystemExit:
        pytest.skip("No PostgreSQL on this machine.")
    command = [sys.executable, str(SCRIPT), "--", sys.executable, "-c", SAYS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline().strip() == "up"
        below = psutil.Process(running.pid).children(recursive=True)
        assert "postgres" in {process.name() for process in below}

        running.send_signal(signal.SIGTERM)
        status = running.wait(30)

    give_up = time.monotonic() + 10
    while any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in below):
        assert time.monotonic() < give_up, "something outlived the script"
        time.sleep(0.05)
    assert status == 128 + signal.SIGTERM
