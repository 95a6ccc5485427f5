"""A real deployment for a test: its own database, a server on the loopback, and a hard hand."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

ROOT = Path(__file__).resolve().parent.parent.parent
LINLI = [sys.executable, str(Path(__file__).with_name("impatient.py"))]
UP_WITHIN_S = 30
STOPPED_WITHIN_S = 15


class Deployment:
    """Servers and workers of one database; every process in a group of its own."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.running: list[subprocess.Popen[bytes]] = []
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("LINLI_", "DJANGO_"))},
            "LINLI_DATA_DIR": str(folder),
            "LINLI_DATABASE_URL": database_url,
            "LINLI_SECOND_FACTOR": "0",
            "LINLI_FILING_RATE": "off",  # everybody calls from this machine
            "LINLI_LANG": "en",
            "PYTHONPATH": str(ROOT),
        }

    def say(self, *words: str) -> str:
        """Run a command to its end; what it said."""
        done = subprocess.run(
            [*LINLI, *words], env=self.env, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ask(self, script: str) -> Any:
        """Run a script with the deployment's database; the JSON it prints."""
        head = (
            "import os, json; os.environ['DJANGO_SETTINGS_MODULE'] = 'linli.site.settings'\n"
            "import django; django.setup()\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", head + script],
            env=self.env, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a command that stays."""
        log = (self.folder / "log").open("ab")
        process = subprocess.Popen(
            [*LINLI, *words], env=self.env, stdout=log, stderr=log, start_new_session=True
        )
        self.running.append(process)
        return process

    def serve(self, *more: str) -> subprocess.Popen[bytes]:
        """Start the server and wait until it answers."""
        process = self.start("serve", "--port", str(self.port), *more)
        until = time.monotonic() + UP_WITHIN_S
        while time.monotonic() < until:
            assert process.poll() is None, (self.folder / "log").read_text()
            try:
                httpx.get(self.address + "/api/", timeout=2)
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return process
        raise AssertionError("The server did not come up.")

    def kill(self) -> None:
        """End every process at once, as a power cut of the programs would."""
        for process in self.running:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            process.wait()
        self.running.clear()

    def stop(self) -> list[int]:
        """Ask every process to end; their exit codes."""
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        codes = [process.wait(STOPPED_WITHIN_S) for process in self.running]
        self.running.clear()
        return codes


def fresh_database(url: str) -> tuple[str, str]:
    """A database of its own beside the one of this address: its address and its name."""
    import psycopg

    name = f"linli_crash_{secrets.token_hex(4)}"
    with psycopg.connect(_maintenance(url), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return urlsplit(url)._replace(path=f"/{name}").geturl(), name


def drop_database(url: str, name: str) -> None:
    """Take it away again."""
    import psycopg

    with psycopg.connect(_maintenance(url), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _maintenance(url: str) -> str:
    """The database that every PostgreSQL has."""
    return urlsplit(url)._replace(path="/postgres").geturl()
