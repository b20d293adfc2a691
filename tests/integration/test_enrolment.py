"""A second host comes to a running cloud with a ticket, is booted on, and is refused again when its key is revoked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from nova_lite.rpc.enrolment import Ticket
from tests.builders.guests import qcow2_header
from tests.integration.processes import ROOT, Processes

HOST = "nova-compute@h2"


class Private(Processes):
    """Everything on its bus is encrypted."""

    encryption = "required"


def join(cloud: Processes, ticket: str, host: str = "h2") -> subprocess.CompletedProcess[str]:
    """``nova-lite-manage service join`` on the new host."""
    tool = [sys.executable, "-m", "nova_lite.cmd.manage", "--config-file", str(cloud.directory / f"{host}.conf")]
    return subprocess.run(
        [*tool, "service", "join", "--url", cloud.client.url, ticket], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )


def test_a_host_is_enrolled_booted_on_and_revoked(tmp_path: Path) -> None:
    with Private(tmp_path) as cloud:
        keys = tmp_path / "keys-of-h2"
        cloud.configure_host("h2", keys)
        first, expired, stolen = (
            cloud.manage("service", "enroll", *more).strip()
            for more in ((HOST,), (HOST, "--ttl", "0"), ("nova-compute@h1",))
        )
        guessed = f"{first.rpartition('.')[0]}.{'x' * 43}"
        another = Ticket.parse(stolen)._replace(identity=HOST)
        for bad, reason in ((guessed, "does not prove"), (expired, "expired"), (str(another), "another identity")):
            refused = join(cloud, bad)
            assert (refused.returncode, reason in refused.stderr) == (1, True), refused.stderr
        assert not (tmp_path / "keys/trusted" / f"{HOST}.pub").exists()

        joined = join(cloud, first)
        assert joined.returncode == 0, joined.stderr
        assert {path.name for path in keys.glob("*.key")} == {f"{HOST}.key"}
        assert sorted(path.stem for path in (keys / "trusted").iterdir()) == [
            "nova-api@center", HOST, "nova-conductor@center", "nova-scheduler@center"
        ]
        assert "expired" in join(cloud, first).stderr, "a ticket is good once"
        assert f"{HOST}  enrolled" in cloud.manage("service", "keys")

        cloud.start("h2")
        cloud.client.wait_for_hosts(2)
        services = cloud.client.ask("GET", "/os-services?binary=nova-compute&host=h1")["services"]
        cloud.client.ask("PUT", f"/os-services/{services[0]['id']}", {"status": "disabled"})
        image = tmp_path / "image"
        image.write_bytes(qcow2_header(1 << 20).ljust(1 << 16, b"\0"))
        server = cloud.client.boot(cloud.client.upload(image))
        shown = cloud.client.wait_status(server, "ACTIVE")
        assert shown["OS-EXT-SRV-ATTR:host"] == "h2"

        cloud.manage("service", "revoke", HOST)
        log = cloud.log("conductor")
        cloud.client.wait(lambda: f"rpc.refused offender='{HOST}'" in log.read_text(), "the revoked host is refused")
        assert f"{HOST}  enrolled" in cloud.manage("service", "keys")
        cloud.stop("h2")
