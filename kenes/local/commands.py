"""`up`, `down` and `status`: plain functions that print for people and return an exit status."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import psutil

from kenes.local import report
from kenes.local.errors import LocalStackError
from kenes.local.managed import Managed, State
from kenes.local.report import say
from kenes.local.services import find_services
from kenes.local.settings import LocalSettings
from kenes.local.stack import Stack
from kenes.local.state import RunningProcess, StackState, StateFile, end, leftovers, me
from kenes.local.supervisor import Supervisor

OK: Final = 0
FAILED: Final = 1
NOT_RUNNING: Final = 3
INTERRUPTED: Final = 130
_STOP_SECONDS: Final = 60.0
"""Seconds for the whole stack to stop: each of its processes is killed sooner."""


def up() -> int:
    """Starts everything and stays until Ctrl-C or `down`; when it already runs, tells so and returns 0."""
    try:
        settings = LocalSettings.load()
        file = StateFile(settings.data)
        with file.held() as free:
            return _run(settings, file) if free else _already(file)
    except LocalStackError as error:
        return _fail(error)
    except KeyboardInterrupt:
        say("Stopped before everything was up.")
        return INTERRUPTED


def down() -> int:
    """Stops what `up` started, from any shell; 0 also when nothing runs."""
    try:
        file = StateFile(LocalSettings.load().data)
    except LocalStackError as error:
        return _fail(error)
    state = file.read()
    if not file.is_held():
        _end_leftovers(state)
        file.clear()
        say("Nothing runs.")
        return OK
    supervisor = state.supervisor.find() if state else None
    if supervisor is None:
        return _fail(LocalStackError("it is just starting or stopping: try again in a moment"))
    say(f"Stopping (pid {supervisor.pid}) ...")
    supervisor.terminate()
    deadline = time.monotonic() + _STOP_SECONDS
    while file.is_held() and time.monotonic() < deadline:
        time.sleep(0.1)
    if file.is_held():
        supervisor.kill()
        psutil.wait_procs([supervisor], timeout=5)
        _end_leftovers(file.read())
        file.clear()
    say("Stopped.")
    return OK


def status() -> int:
    """Asks every process and tells: 0 when all are ready, 1 when something is not, 3 when nothing runs."""
    try:
        settings = LocalSettings.load()
        file, stack = StateFile(settings.data), Stack(settings, find_services())
    except LocalStackError as error:
        return _fail(error)
    state = file.read()
    if not file.is_held() or state is None:
        left = leftovers(state) if state else []
        for name, process in left:
            say(f"Left over from a run that was killed: {name} (pid {process.pid}); `make down` ends it.")
        say("Nothing runs. Start it with `make up`.")
        return NOT_RUNNING
    state = _asked(state, stack)
    _show(state)
    good = {State.READY, State.DONE}
    return OK if all(process.state in good for process in state.processes) else FAILED


def _run(settings: LocalSettings, file: StateFile) -> int:
    _end_leftovers(file.read())
    stack = Stack(settings, find_services())
    stack.require_ports()
    started = time.time()

    def write(processes: Sequence[Managed]) -> None:
        file.write(
            StackState(
                supervisor=me(),
                started=started,
                processes=tuple(_snapshot(one) for one in processes),
                addresses=tuple(stack.addresses()),
            )
        )

    def tell_ready() -> None:
        say(f"\nUp in {time.time() - started:.0f} s. Data, logs and secrets: {os.path.relpath(stack.data)}\n")
        for line in (*report.table(stack.addresses()), "", *report.next_steps(_home(stack))):
            say(line)

    write(())
    say(f"Starting, with data in {os.path.relpath(stack.data)} ...")
    try:
        supervisor = Supervisor(stack.specs(), say, write)
        supervisor.run(tell_ready)
    finally:
        file.clear()
    say("Stopped.")
    return OK


def _home(stack: Stack) -> str | None:
    return stack.site(0) if stack.services else None


def _already(file: StateFile) -> int:
    state = file.read()
    if state is None:
        say("It is just starting or stopping in another shell.")
        return OK
    say("It already runs:\n")
    _show(state)
    return OK


def _asked(state: StackState, stack: Stack) -> StackState:
    """The state as each process that was ready tells it now: one that hangs has not ended."""
    readiness = stack.readiness()

    def ask(process: RunningProcess) -> RunningProcess:
        ready = readiness.get(process.name)
        if process.state != State.READY or ready is None or ready():
            return process
        return process.model_copy(update={"state": "not ready"})

    with ThreadPoolExecutor(len(state.processes) or 1) as pool:  # each may keep us waiting
        return state.model_copy(update={"processes": tuple(pool.map(ask, state.processes))})


def _show(state: StackState) -> None:
    say(f"  kenes up (pid {state.supervisor.pid}) since {time.strftime('%H:%M:%S', time.localtime(state.started))}\n")
    for line in (*report.processes(state), "", *report.addresses(state)):
        say(line)


def _snapshot(one: Managed) -> RunningProcess:
    pid = one.spec.child.pid
    created = None
    if pid is not None:
        try:
            created = psutil.Process(pid).create_time()
        except psutil.NoSuchProcess:
            pid = None
    return RunningProcess(
        name=one.spec.name, state=one.state, pid=pid, created=created, port=one.spec.port, restarts=one.restarts
    )


def _end_leftovers(state: StackState | None) -> None:
    left = leftovers(state) if state else []
    for name, process in left:
        say(f"Ending {name} (pid {process.pid}), left over from a run that was killed.")
    end([process for _, process in left])


def _fail(error: LocalStackError) -> int:
    sys.stderr.write(f"kenes: {error}\n")
    return FAILED
