"""How does the server run? Granian in front, the worker within it where one machine is enough."""

import os
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from linli.errors import N_, Problem

TARGET = "linli.site.wsgi:application"
THREADS_A_PROCESS = 4
STOP_WITHIN_S = 10
ORPHANED_EVERY_S = 0.5
PORTS_TRIED = 50


class PortTaken(Problem):
    """Another program listens at the address."""

    code = "port_taken"
    status = 409
    sentence = N_("Port {port} of {host} is in use. Choose another with --port.")


@dataclass(frozen=True)
class Plan:
    """Where to listen, with how many processes, and whether the worker runs within them."""

    host: str
    port: int
    processes: int
    with_worker: bool


def free_port(host: str, port: int) -> int:
    """The first free port from this one on; raises PortTaken when there is none near."""
    for candidate in range(port, port + PORTS_TRIED):
        if is_free(host, candidate):
            return candidate
    raise PortTaken(host=host, port=port)


def is_free(host: str, port: int) -> bool:
    """Whether nobody listens at this port."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
        except OSError:
            return False
    return True


def serve(plan: Plan, *, on_start: Callable[[], Any], on_stop: Callable[[], Any]) -> None:
    """Serve until asked to stop (SIGINT, SIGTERM); requests under way are finished first.

    Web processes start as fresh interpreters, so that they share no connection with this one.
    """
    import multiprocessing

    from django.db import connections
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    if not is_free(plan.host, plan.port):
        raise PortTaken(host=plan.host, port=plan.port)
    connections.close_all()
    multiprocessing.set_start_method("spawn", force=True)
    server = Granian(
        TARGET,
        address=plan.host,
        port=plan.port,
        interface=Interfaces.WSGI,
        workers=plan.processes,
        blocking_threads=THREADS_A_PROCESS,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_WITHIN_S,
    )
    server.on_startup(on_start)
    finish = server.signal_handler_interrupt

    def told_to_stop(*given: Any) -> None:
        on_stop()  # before the web processes are asked to: who calls them has to let go first
        finish(*given)

    server.signal_handler_interrupt = told_to_stop  # type: ignore[method-assign]
    server.serve(target_loader=partial(_load, plan.with_worker, os.getpid()), wrap_loader=False)


def _load(with_worker: bool, parent: int) -> Any:
    """The application as a web process loads it, with what has to run beside it."""
    from importlib import import_module

    from linli.cli.ready import get_ready

    get_ready()
    module, _, name = TARGET.partition(":")
    application = getattr(import_module(module), name)
    stop = threading.Event()
    threading.Thread(target=_end_with, args=(parent,), name="orphaned", daemon=True).start()
    if with_worker:
        _run_worker_beside(stop)
    return application


def _run_worker_beside(stop: threading.Event) -> None:
    """The worker as a thread of this process, ended before the process ends."""
    from multiprocessing.util import Finalize

    from linli.plans import chores

    thread = threading.Thread(target=chores.run, args=(stop,), name="worker", daemon=True)

    def end() -> None:
        stop.set()
        thread.join(STOP_WITHIN_S / 2)

    Finalize(None, end, exitpriority=10)
    thread.start()


def _end_with(parent: int) -> None:
    """End this process when the one that started it is gone (killed, so it could not say so)."""
    silence = threading.Event()
    while not silence.wait(ORPHANED_EVERY_S):
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
            return


def until_told(run: Callable[[threading.Event], None]) -> None:
    """Run something until SIGINT or SIGTERM sets its event."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    run(stop)
