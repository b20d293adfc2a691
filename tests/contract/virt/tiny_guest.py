"""A guest of one boot sector: enough to have a console, a power button and a will of its own, up in half a second."""

from __future__ import annotations

SIZE = 1 << 20
DEAF_AT = 509  # 0: obeys the power button
LINES = 0x4000  # that a talkative one says: its line's number in eight hexadecimal digits
POWER_OFF = b"q"  # typed on the console, it powers itself off

_MESSAGE = b"NOVA-LITE TEST GUEST\r\nlogin: \0"
# 16-bit code at 0x7c00. All interrupts but the timer's are masked; the power button is armed (ACPI's PM1 enable
# register, 0x602); the message goes to the first serial port (0x3f8); then at each tick: "q" from the serial port, or
# the button (PM1 status, 0x600, bit 8) unless deaf, switch off (PM1 control, 0x604, SLP_EN).
_CODE = bytes.fromhex(
    "fa31c08ed88ed0bc007cb0ffe6a1b0fee621ba0206b80001efbe5a7cbafd03ec"
    "a82074fbac84c07406baf803eeebedfbf4bafd03eca8017408baf803ec3c7174"
    "10803efd7d0075e7ba0006edf6c40174deba0406b80020efebd5"
)
# Counts from 0 (ebx) and says each number (the loop from 0x10 on), up to LINES (at 0x32); then what is behind the code.
_TALK = bytes.fromhex(
    "fa31c08ed88ed0bc007c6631db6689dfb9080066c1c70489f8240f04303c3976"
    "020427e82200e2ebb00ae81b0066436681fb0040000072d5be577cac84c07405"
    "e80500ebf6f4ebfd50bafd03eca82074fb58baf803eec3"
)


def disk_image(deaf: bool) -> bytes:
    """A raw disk that boots it."""
    sector = bytearray((_CODE + _MESSAGE).ljust(510, b"\0") + b"\x55\xaa")
    sector[DEAF_AT] = int(deaf)
    return bytes(sector).ljust(SIZE, b"\0")


def talkative_image() -> bytes:
    """A raw disk that boots one that counts on its console, then says ``login:`` and is deaf."""
    return ((_TALK + b"login: \0").ljust(510, b"\0") + b"\x55\xaa").ljust(SIZE, b"\0")
