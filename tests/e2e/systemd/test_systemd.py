"""nova-lite as units of a real systemd, with real guests: the main job, every daemon's death, stops and reboots."""

from __future__ import annotations

import base64
import re
from http import HTTPStatus
from pathlib import Path

import pytest

from stack import processes
from stack.rest import ApiError
from tests.e2e.systemd.cloud import DAEMONS, INSTALL, SERVERS, Cloud, Unit

UP = "NOVALITE GUEST UP"
IP = re.compile(r"GUEST UP uptime=\S+ uuid=\S+ host=\S+ ip=([0-9.]+)/")
# More than the log daemon lets a file have, then a last word.
TALK = """#!/bin/sh
yes "there is much to say, and most of it has been said before" | head -c 2359296
echo "THE LAST OF IT"
"""
# Numbers of man 7 capabilities.
CAPABILITIES = {
    "chown": 0, "kill": 5, "setgid": 6, "setuid": 7, "net_bind_service": 10, "net_admin": 12, "net_raw": 13,
    "sys_admin": 21,
}
TALKING = 480.0  # seconds that it may take on a busy machine
SOON = 30.0  # seconds for what takes systemd a moment
GUIDE = Path(__file__).resolve().parents[3] / "docs/operations.md"


def console(cloud: Cloud, server: str) -> str:
    """What the guest has said; nothing while its host does not answer, on a machine that stands still."""
    try:
        return cloud.act(server, {"os-getConsoleOutput": {"length": 200}}).get("output")
    except ApiError as error:
        if error.status != HTTPStatus.SERVICE_UNAVAILABLE:
            raise
        return ""


def test_the_main_job(cloud: Cloud) -> None:
    server = cloud.boot("first")
    domain = cloud.virsh("list", "--uuid")
    assert domain == server
    cloud.wait(lambda: UP in console(cloud, server), "the guest's own sign of life on its console")
    cloud.act(server, {"pause": None})
    cloud.wait_status(server, "PAUSED")
    assert cloud.virsh("domstate", server) == "paused"
    cloud.act(server, {"unpause": None})
    cloud.wait_status(server, "ACTIVE")
    assert cloud.virsh("domstate", server) == "running"
    cloud.delete(server)
    assert cloud.virsh("list", "--all", "--uuid") == ""
    assert cloud.machine.run("ls", "/var/lib/nova-lite-compute/instances") == ""


def test_every_daemon_is_a_user_without_rights(cloud: Cloud) -> None:
    for name in DAEMONS:
        status = cloud.machine.run("cat", f"/proc/{cloud.unit(name).pid}/status")
        values = dict(line.split(":\t", 1) for line in status.splitlines())
        assert "0" not in values["Uid"].split(), name
        assert values["CapBnd"] == "0" * 16, name
        assert (values["NoNewPrivs"], values["Seccomp"]) == ("1", "2"), name


def test_compute_and_scheduler_see_neither_database_nor_foreign_configuration(cloud: Cloud) -> None:
    """As their own users inside their own mounts; and even root finds nothing there."""
    secrets = (
        "/var/lib/nova-lite/nova-lite.sqlite", "/etc/nova-lite/nova-lite.conf", "/etc/nova-lite/admin-password",
        "/etc/nova-lite/tokens/0001.pem",
    )
    for name in ("nova-lite-compute", "nova-lite-scheduler"):
        enter = ("nsenter", "-t", str(cloud.unit(name).pid), "-m", "--")
        own_user = (*enter, "setpriv", "--reuid", name, "--regid", name, "--init-groups")
        cloud.machine.run(*own_user, "test", "-r", f"/etc/nova-lite/{name}.conf")
        cloud.machine.run(*own_user, "test", "-r", f"/etc/nova-lite/keys/{name.replace('-lite', '')}@cloud.key")
        for path in (*secrets, "/etc/nova-lite/keys/nova-conductor@cloud.key"):
            cloud.machine.run("test", "-e", path)
            cloud.machine.run(*own_user, "sh", "-c", f"! cat {path}")
        for path in secrets:
            cloud.machine.run(*enter, "test", "!", "-e", path)


@pytest.mark.parametrize("name", ["scheduler", "conductor", "compute"])
def test_who_is_sent_messages_has_a_journal_of_them_for_itself(cloud: Cloud, name: str) -> None:
    user = "nova-lite" if name == "conductor" else f"nova-lite-{name}"
    journal = f"/var/lib/{user}/begun/nova-{name}"
    assert cloud.machine.run("stat", "-c", "%U %a", journal).strip() == f"{user} 700"


@pytest.mark.parametrize("name", DAEMONS)
def test_what_is_killed_is_back_and_the_cloud_boots_again(cloud: Cloud, name: str) -> None:
    old = cloud.unit(name)
    cloud.machine.run("kill", "-9", str(old.pid))
    cloud.replaced(name, old)
    cloud.wait_up()
    cloud.delete(cloud.boot(f"after-{name}"))


def hanging(cloud: Cloud, name: str) -> Unit:
    """The daemon, which stands still now: its next life where a slow machine has had this one replaced already."""
    found: list[Unit] = []

    def stopped() -> bool:
        found[:] = [cloud.unit(name)]
        return found[0].pid != 0 and cloud.machine.run("kill", "-STOP", str(found[0].pid), check=False) == ""

    cloud.wait(stopped, f"{name} stands still")
    return found[0]


@pytest.mark.parametrize("name", ["nova-lite-conductor", "nova-lite-compute"], ids=["parent of workers", "event loop"])
def test_the_watchdog_replaces_what_hangs(cloud: Cloud, name: str) -> None:
    drop_in = f"/run/systemd/system/{name}.service.d"
    try:
        cloud.machine.run("mkdir", "-p", drop_in)
        cloud.machine.run("sh", "-c", f"printf '[Service]\\nWatchdogSec=5\\n' > {drop_in}/watchdog.conf")
        cloud.machine.run("systemctl", "daemon-reload")
        cloud.machine.run("systemctl", "restart", name)
        old = hanging(cloud, name)
        cloud.replaced(name, old)
        cloud.wait(lambda: "Watchdog timeout" in cloud.machine.run("journalctl", "-u", name), "the journal says why")
    finally:
        cloud.machine.run("rm", "-r", drop_in)
        cloud.machine.run("systemctl", "daemon-reload")
        cloud.machine.run("systemctl", "restart", name)
    cloud.wait_up()


def test_what_the_operations_guide_has_the_operator_run_as_the_databases_owner_works(cloud: Cloud) -> None:
    blocks = re.findall(r"```\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    blocks = [block for block in blocks if block.startswith("runuser")]
    assert len(blocks) == 2
    for block in blocks:
        cloud.machine.run("sh", "-ec", block)
    assert cloud.machine.run("stat", "-c", "%U", "/var/lib/nova-lite/backup.sqlite").strip() == "nova-lite"
    cloud.delete(cloud.boot("after-backup"))


def test_openrc_serves_the_unmodified_client(cloud: Cloud) -> None:
    command = "python -m openstackclient.shell compute service list -f value -c Binary -c State"
    shown = cloud.machine.run("sh", "-c", f". /etc/nova-lite/openrc && {command}")
    assert sorted(shown.split("\n")) == [
        "", "nova-compute up", "nova-conductor up", "nova-scheduler up",
    ]


def test_a_console_that_has_said_much_is_read_by_a_compute_without_rights(cloud: Cloud) -> None:
    """The log daemon's second file is root's alone."""
    server = cloud.boot("talks", user_data=base64.b64encode(TALK.encode()).decode())
    cloud.wait(lambda: "THE LAST OF IT" in console(cloud, server), "all it has to say", TALKING)
    log = f"/var/lib/nova-lite-compute/instances/{server}/console.log"
    assert cloud.machine.run("stat", "-c", "%U %a", log).strip() == "root 600"
    assert cloud.virsh("pool-list", "--all", "--name") == ""
    cloud.delete(server)


def in_the_machine(cloud: Cloud) -> str:
    """Its bridges, its namespaces, and its DHCP servers."""
    command = "ls /sys/class/net | grep ^brq; ip netns list | grep -o '^nlns[^ ]*'; pgrep -x dnsmasq; true"
    return cloud.machine.run("sh", "-c", command)


def test_a_guest_on_a_bridge_gets_its_address_from_its_host(cloud: Cloud) -> None:
    """From here on guests are on bridges. Compute has no more rights than before: a helper makes the networks."""
    assert cloud.unit("nova-lite-networks").pid == 0, "who does not need it does not have it"
    cloud.machine.run("sh", "-c", "printf '[network]\\nplug = bridge\\n' >> /etc/nova-lite/nova-lite.conf")
    cloud.machine.run("systemctl", "restart", "nova-lite-api")
    cloud.wait_up()
    server = cloud.boot("bridged")
    seen: list[list[str]] = []

    def told() -> bool:
        seen.append(IP.findall(console(cloud, server)))
        return seen[-1] != []

    cloud.wait(told, "an address")
    (fixed,) = cloud.get(f"{SERVERS}/{server}")["server"]["addresses"]["private"].items()
    assert seen[-1:] == [[fixed.get("addr")]]
    before = in_the_machine(cloud)
    assert len(before.split()) == 3
    for unit in ("nova-lite-compute", "nova-lite-networks"):
        old = cloud.unit(unit)
        cloud.machine.run("systemctl", "restart", unit)
        cloud.replaced(unit, old)
    cloud.wait_up()
    assert in_the_machine(cloud) == before, "the network of the guest is untouched"
    cloud.delete(server)
    assert in_the_machine(cloud) == ""


def test_the_helper_has_the_rights_that_networks_take_and_no_others(cloud: Cloud) -> None:
    status = cloud.machine.run("cat", f"/proc/{cloud.unit('nova-lite-networks').pid}/status")
    values = dict(line.split(":\t", 1) for line in status.splitlines())
    rights = ("chown", "kill", "setgid", "setuid", "net_bind_service", "net_admin", "net_raw", "sys_admin")
    assert values["CapBnd"] == f"{sum(1 << CAPABILITIES[name] for name in rights):016x}"
    assert (values["NoNewPrivs"], values["Seccomp"]) == ("1", "2")
    stranger = ("setpriv", "--reuid", "nova-lite", "--regid", "nova-lite", "--clear-groups")
    refused = "import socket; socket.socket(socket.AF_UNIX).connect('/run/nova-lite/networks.sock')"
    assert "PermissionError" in cloud.machine.run(*stranger, "python3", "-c", refused, check=False)


def test_a_stop_is_graceful_and_leaves_the_guests_alone(cloud: Cloud) -> None:
    server = cloud.boot("stays")
    cloud.machine.run("systemctl", "stop", "nova-lite.target", *DAEMONS)
    for name in DAEMONS:
        assert cloud.unit(name) == ("inactive", 0, "success", 0), name
    assert cloud.virsh("domstate", server) == "running"
    cloud.machine.run("systemctl", "start", "nova-lite.target")
    cloud.wait_up()
    assert cloud.get(f"{SERVERS}/{server}")["server"].get("status") == "ACTIVE"
    assert cloud.virsh("domstate", server) == "running"


def test_a_reboot_brings_the_cloud_back_and_tells_that_guests_are_off(cloud: Cloud) -> None:
    server = cloud.virsh("list", "--uuid")
    cloud.machine.reboot()
    cloud.wait_up()
    cloud.wait_status(server, "SHUTOFF")
    cloud.act(server, {"os-start": None})
    cloud.wait_status(server, "ACTIVE")
    cloud.delete(server)


def test_installing_again_changes_nothing_and_uninstalling_leaves_nothing(cloud: Cloud) -> None:
    places = "/etc/nova-lite /etc/systemd /etc/sysusers.d /etc/tmpfiles.d"
    listed = f"find {places} -name '*nova-lite*' -type f | sort | xargs sha1sum"
    before = cloud.machine.run("sh", "-c", listed)
    cloud.machine.run(INSTALL)
    assert cloud.machine.run("sh", "-c", listed) == before
    cloud.machine.run(INSTALL, "--uninstall", "--purge")
    assert_nothing_is_left(cloud)


def test_a_further_host_gets_compute_alone(cloud: Cloud) -> None:
    cloud.machine.run(INSTALL, "--compute")
    listed = "ls /etc/nova-lite /etc/nova-lite/keys; cd /etc/systemd/system; ls -d *.service"
    installed = cloud.machine.run("sh", "-c", listed)
    assert {"nova-lite-compute.service", "nova-lite-compute.conf", "nova-compute@cloud.key"} <= set(installed.split())
    assert not re.search(r"nova-lite\.conf|password|api|conductor|scheduler", installed)
    cloud.machine.run(INSTALL, "--uninstall", "--purge")
    assert_nothing_is_left(cloud)


def assert_nothing_is_left(cloud: Cloud) -> None:
    assert in_the_machine(cloud) == ""
    left = "find /etc /run /var/lib -xdev -path '*nova-lite*' 2>/dev/null; getent passwd group | grep nova-lite; true"
    # What systemd itself notes of a unit that has gone, it forgets when it gets to it.
    processes.wait_until(lambda: cloud.machine.run("sh", "-c", left) == "", SOON)
    assert cloud.machine.run("sh", "-c", left) == ""


def test_wrong_options_are_refused(cloud: Cloud) -> None:
    for options in (("--prefix",), ("--purge",), ("--nonsense",)):
        assert "2" in cloud.machine.run("sh", "-c", f"{INSTALL} {' '.join(options)} >/dev/null 2>&1; echo $?"), options
    assert "usage" in cloud.machine.run(INSTALL, "--help")
    assert "no checkout" in cloud.machine.run("sh", "-c", f"{INSTALL} --prefix /etc 2>&1 || true")

