"""Guessing passwords is made slow: after some wrong guesses an account listens only now and then."""

from __future__ import annotations

from nova_lite.objects.identity import Password

FREE_GUESSES = 5
LONGEST_PAUSE = 30.0  # seconds; an attacker who knows a user's name must not be able to lock the user out for long


def pause(failures: int) -> float:
    """Seconds for which an account is deaf after that many wrong guesses in a row: 0 at first, then 1, 2, 4 …"""
    if failures < FREE_GUESSES:
        return 0.0
    return float(min(2.0 ** min(failures - FREE_GUESSES, 16), LONGEST_PAUSE))


def is_deaf(password: Password, now: float) -> bool:
    """Whether even the right password is refused at ``now``."""
    return now < password.last_failed_at + pause(password.failures)
