"""What waits for a peer, in a process that stands still for longer than that."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from nova_lite.core import concurrency

ROOT = Path(__file__).parents[3]
WAIT = 3.0  # seconds
# It stops itself while it waits. Somebody speaks after three steps more, as libzmq does, which shakes hands in a thread
# of its own.
PROGRAM = f"""
import os, signal, sys, threading, time
from nova_lite.rpc.drivers.zmq.channel import heard_of

spoken = threading.Event()
def speak():
    time.sleep(0.2)
    os.kill(os.getpid(), signal.SIGSTOP)
    for _ in range(3):
        time.sleep(0.05)
    spoken.set()

threading.Thread(target=speak).start()
print(heard_of(spoken, {WAIT}), heard_of(threading.Event(), 0.2), flush=True)
"""


def test_a_standstill_does_not_take_the_time_in_which_a_peer_may_speak() -> None:
    command = [sys.executable, "-c", PROGRAM]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as waiter:
        assert waiter.stdout is not None
        os.waitid(os.P_PID, waiter.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        try:
            concurrency.event().wait(WAIT + 0.5)
        finally:
            os.kill(waiter.pid, signal.SIGCONT)
        assert waiter.stdout.read() == "True False\n"
