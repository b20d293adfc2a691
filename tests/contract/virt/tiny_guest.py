"""A guest of one boot sector: enough to have a console, a power button and a will of its own, up in half a second."""

from __future__ import annotations

SIZE = 1 << 20
DEAF_AT = 509  # 0: obeys the power button
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


def disk_image(deaf: bool) -> bytes:
    """A raw disk that boots it."""
    sector = bytearray((_CODE + _MESSAGE).ljust(510, b"\0") + b"\x55\xaa")
    sector[DEAF_AT] = int(deaf)
    return bytes(sector).ljust(SIZE, b"\0")
