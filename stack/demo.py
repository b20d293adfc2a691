"""The demo: flavor, image, key pair and a server, all through the REST API, each only where it is not there yet."""

import subprocess
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from stack.errors import StackError
from stack.files import write_private
from stack.guestimage import Image
from stack.rest import Answer, ApiError, Client

FLAVOR = {"name": "m1.nano", "ram": 128, "vcpus": 1, "disk": 1}
SERVER, KEY_PAIR = "demo", "demo"
BOOT_TIMEOUT = 300.0
CONSOLE_TIMEOUT = 300.0
SIGN_OF_LIFE = "login:"
POLL = 0.25
KEY_PROGRAM = """\
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
key = Ed25519PrivateKey.generate()
print(key.private_bytes(s.Encoding.PEM, s.PrivateFormat.OpenSSH, s.NoEncryption()).decode(), end="")
print(key.public_key().public_bytes(s.Encoding.OpenSSH, s.PublicFormat.OpenSSH).decode())
"""


class Demo:
    """What the demo does with the API; every method can be repeated."""

    def __init__(self, client: Client, progress: Callable[[str], None]) -> None:
        self._client = client
        self._progress = progress

    def flavor(self) -> str:
        """The small flavor is there; what was done."""
        if self._named("/compute/v2.1/flavors", "flavors", FLAVOR["name"]):
            return "m1.nano is there"
        self._client.post("/compute/v2.1/flavors", {"flavor": FLAVOR})
        return "m1.nano made"

    def image(self, image: Image) -> str:
        """The image is in the image service, with this content; what was done."""
        digest = image.digest()
        for found in self._images(image.name):
            if found.get("os_hash_value") == digest and found.get("status") == "active":
                return f"{image.name} is there"
        meta = {
            "name": image.name,
            "disk_format": image.disk_format,
            "container_format": "bare",
            "visibility": "public",
        }
        made = self._client.post("/image/v2/images", meta)
        self._client.put_file(f"/image/v2/images/{made['id']}/file", image.path)
        return f"{image.name} uploaded, {image.path.stat().st_size / (1 << 20):.1f} MiB"

    def key_pair(self, python: Path, private: Path) -> str:
        """A key pair whose private half is in the file `private`; what was done."""
        listed = self._client.get("/compute/v2.1/os-keypairs")["keypairs"].items()
        if private.exists() and any(entry["keypair"].get("name") == KEY_PAIR for entry in listed):
            return "demo is there"
        if any(entry["keypair"].get("name") == KEY_PAIR for entry in listed):
            self._client.delete(f"/compute/v2.1/os-keypairs/{KEY_PAIR}")
        text = subprocess.run((str(python), "-c", KEY_PROGRAM), capture_output=True, text=True, check=True).stdout
        secret, _, public = text.rstrip("\n").rpartition("\n")
        self._client.post("/compute/v2.1/os-keypairs", {"keypair": {"name": KEY_PAIR, "public_key": public}})
        write_private(private, secret + "\n")
        return f"demo made, private half in {private}"

    def server(self, image: Image) -> str:
        """The server is ACTIVE, or as its user left it; what was done. Raises StackError with its fault."""
        found = self._named("/compute/v2.1/servers/detail", "servers", SERVER)
        if found and found.get("status") == "ERROR":
            self._remove(found["id"])
            found = None
        if found and found.get("status") not in ("BUILD", "ACTIVE"):
            return f"demo is {found.get('status')}"
        identity = str(found["id"]) if found else self._boot(image)
        shown = self._wait_active(identity)
        return f"{SERVER} {'is' if found else 'became'} {shown.get('status')} ({identity})"

    def console(self, lines: int = 12) -> str:
        """The last lines of the server's console, once it shows signs of life or time is up."""
        server = self._named("/compute/v2.1/servers/detail", "servers", SERVER)
        if server is None or server.get("status") != "ACTIVE":
            return ""
        action = f"/compute/v2.1/servers/{server['id']}/action"
        deadline = time.monotonic() + CONSOLE_TIMEOUT
        while True:
            text = self._output(action)
            if SIGN_OF_LIFE in text or time.monotonic() > deadline:
                return "\n".join(text.replace("\r", "").rstrip().splitlines()[-lines:])
            self._progress(f"the guest boots ... {_last_line(text)}")
            time.sleep(POLL)

    def _output(self, action: str) -> str:
        """What the console has; nothing while the host does not answer."""
        try:
            return self._client.post(action, {"os-getConsoleOutput": {"length": 200}}).get("output")
        except ApiError as error:
            if error.status != HTTPStatus.SERVICE_UNAVAILABLE:
                raise
            return ""

    def _boot(self, image: Image) -> str:
        flavor = self._named("/compute/v2.1/flavors", "flavors", FLAVOR["name"])
        images = self._images(image.name)
        if flavor is None or not images:
            raise StackError("the flavor or the image of the demo is gone", "run this again")
        body = {"name": SERVER, "flavorRef": str(flavor["id"]), "imageRef": str(images[0]["id"]), "key_name": KEY_PAIR}
        return str(self._client.post("/compute/v2.1/servers", {"server": body})["server"]["id"])

    def _wait_active(self, identity: str) -> Answer:
        deadline = time.monotonic() + BOOT_TIMEOUT
        while True:
            shown = self._client.get(f"/compute/v2.1/servers/{identity}")["server"]
            if shown.get("status") == "ACTIVE":
                return shown
            if shown.get("status") == "ERROR":
                raise StackError(f"the server went to ERROR: {shown['fault'].get('message')}")
            if time.monotonic() > deadline:
                raise StackError(f"the server is {shown.get('status')} after {BOOT_TIMEOUT:.0f} s")
            self._progress(f"server: {shown.get('status')} {shown.get('OS-EXT-STS:task_state')}")
            time.sleep(POLL)

    def _remove(self, identity: Answer) -> None:
        self._client.delete(f"/compute/v2.1/servers/{identity}")
        deadline = time.monotonic() + BOOT_TIMEOUT
        while self._named("/compute/v2.1/servers/detail", "servers", SERVER) and time.monotonic() < deadline:
            time.sleep(POLL)

    def _images(self, name: str) -> list[Answer]:
        """Newest first: an older one of the same name has other content."""
        return self._client.get(f"/image/v2/images?name={name}&sort=created_at:desc")["images"].items()

    def _named(self, path: str, key: str, name: object) -> Answer | None:
        return next((item for item in self._client.get(path)[key].items() if item.get("name") == name), None)


def _last_line(text: str) -> str:
    lines = text.split()
    return " ".join(lines[-8:])
