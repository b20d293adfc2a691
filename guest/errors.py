"""What can go wrong while the image is built."""


class GuestBuildError(Exception):
    """The image cannot be built; the message says why and what to do."""


class ToolsMissing(GuestBuildError):
    """Programs or files that the recipe needs are not on this machine."""

    def __init__(self, missing: dict[str, str]) -> None:
        """`missing`: what was looked for, to the Debian package that has it."""
        self.missing = missing
        self.packages = sorted(set(missing.values()))
        super().__init__(f"missing: {', '.join(sorted(missing))}; as root: apt-get install {' '.join(self.packages)}")
