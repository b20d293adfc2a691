"""The monkey: kills, freezes, restarts and cuts off whatever a cloud is made of, one victim at a time."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable

from tests.integration.crash.customer import Tally
from tests.integration.crash.operator import Operator
from tests.integration.crash.scene import Scene

Pause = Callable[[float], object]
LONGEST = 3.0  # seconds that a victim is away; frozen ones twice as long


class Monkey:
    """The same seed, the same strikes in the same order. ``pause`` waits so many seconds."""

    def __init__(self, scene: Scene, dice: random.Random, tally: Tally, pause: Pause, operator: Operator) -> None:
        self._scene, self._dice, self._tally, self._pause, self._operator = scene, dice, tally, pause, operator

    def strike(self) -> None:
        """One fault, whole: when this returns its victim runs again."""
        scene = self._scene
        deeds = [
            *((f"{deed} {name}", self._daemon) for name in scene.cloud.names for deed in ("kill", "freeze", "stop")),
            *((f"{deed} {name}", self._server) for name in scene.servers for deed in ("kill", "freeze", "stop")),
            *((f"{deed} {name}", self._link) for name in scene.links for deed in ("cut", "silence")),
        ]
        fault, act = self._dice.choice(deeds)
        deed, victim = fault.split()
        act(deed, victim, self._dice.uniform(0.0, LONGEST))

    def _daemon(self, deed: str, name: str, wait: float) -> None:
        with self._operator.hands[name]:
            self._tally.struck(f"{deed} {name}")
            self._to_daemon(deed, name, wait)

    def _to_daemon(self, deed: str, name: str, wait: float) -> None:
        cloud = self._scene.cloud
        if deed == "freeze":
            with cloud.frozen(name):
                self._pause(wait * 2)
            return
        if deed == "kill":
            cloud.kill(name)
        elif cloud.stop(name) == -signal.SIGKILL:  # -SIGTERM is one that had hardly been started
            self._tally.complain("deaf", f"{name} did not end when it was asked to")
        self._pause(wait)
        cloud.start(name)

    def _server(self, deed: str, name: str, wait: float) -> None:
        self._tally.struck(f"{deed} {name}")
        server = self._scene.servers[name]
        if deed == "freeze":
            server.freeze()
            try:
                self._pause(wait * 2)
            finally:
                server.thaw()
            return
        if deed == "kill":
            server.kill()
        else:
            server.stop()
        self._pause(wait)
        server.start()

    def _link(self, deed: str, name: str, wait: float) -> None:
        """Again and again, or those that were made meanwhile would stay whole."""
        self._tally.struck(f"{deed} {name}")
        link = self._scene.links[name]
        for _ in range(3):
            if deed == "cut":
                link.cut()
            else:
                link.silence()
            self._pause(wait / 3)
