"""The unmodified openstack client against a cloud of pretended hosts: every compute command that this cloud answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stack.processes import wait_until
from tests.clients.command_line import PATIENCE, CommandLine
from tests.clients.stack import Stack


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    path = tmp_path_factory.mktemp("cloud")
    (path / "image.raw").write_bytes(bytes(1 << 20))
    with Stack(path / "state", "--hypervisor", "fake", "--no-demo") as stack, CommandLine(stack, path) as shell:
        shell.do("image create --disk-format raw --container-format bare --file image.raw --public img1")
        shell.do("flavor create --ram 256 --vcpus 1 --disk 1 fl1")
        yield shell


@pytest.fixture(scope="module")
def server(cli: CommandLine) -> str:
    cli.do("keypair create key1")
    made = cli.ask("server create --image img1 --flavor fl1 --key-name key1 --property a=b --wait vm1")
    assert made["status"] == "ACTIVE"
    return "vm1"


def test_it_discovers_the_versions(cli: CommandLine) -> None:
    versions = {(row["Service Type"], row["Version"]): row["Max Microversion"] for row in cli.ask("versions show")}
    assert versions["compute", "2.1"] == "2.104"


def test_flavors(cli: CommandLine) -> None:
    cli.do("flavor set --property hw:cpu_policy=shared fl1")
    assert cli.ask("flavor show fl1")["properties"] == {"hw:cpu_policy": "shared"}
    cli.do("flavor unset --property hw:cpu_policy fl1")
    cli.do("flavor create --ram 64 --vcpus 1 --disk 1 --private fl2")
    cli.do("flavor set --project admin fl2")
    assert len(cli.ask("flavor show fl2")["access_project_ids"]) == 1
    cli.do("flavor delete fl2")
    assert "fl2" not in {row["Name"] for row in cli.ask("flavor list --all")}


def _imported(cli: CommandLine, image: str) -> str:
    """The status of an image once nothing is being imported."""
    seen: list[str] = []

    def ended() -> bool:
        seen.append(str(cli.ask(f"image show {image}")["status"]))
        return seen[-1] not in ("importing", "saving")
    assert wait_until(ended, PATIENCE), f"{image} is still {seen[-1]}"
    return seen[-1]


def test_an_image_is_staged_and_imported(cli: CommandLine) -> None:
    cli.do("image create --disk-format raw --container-format bare staged")
    assert cli.ask("image show staged")["status"] == "queued"
    cli.do("image stage --file image.raw staged")
    assert cli.ask("image show staged")["status"] == "uploading"
    cli.do("image import --method glance-direct staged")
    assert _imported(cli, "staged") == "active"
    cli.do("image save --file staged.raw staged")
    assert (cli.home / "staged.raw").read_bytes() == (cli.home / "image.raw").read_bytes()
    cli.do("image create --disk-format raw --container-format bare --file image.raw --import imported")
    assert _imported(cli, "imported") == "active"
    shown = cli.ask("image show imported")
    assert (shown["size"], len(shown["properties"]["os_hash_value"])) == (1 << 20, 128)
    cli.do("image delete staged imported")


def test_what_cannot_be_imported_stays_as_it_is(cli: CommandLine) -> None:
    cli.do("image create --disk-format raw --container-format bare empty")
    cli.do("image import --method web-download --uri http://127.0.0.1:1/x empty")
    assert _imported(cli, "empty") == "queued"  # refused with 400, which this client keeps to itself
    done = cli.run("image import --method glance-direct empty")
    assert done.status and "in status 'uploading'" in done.stderr
    cli.do("image delete empty")


def test_key_pairs(cli: CommandLine, server: str) -> None:
    assert "PRIVATE KEY" in cli.do("keypair create key9")
    assert cli.ask("keypair show key9")["type"] == "ssh"
    assert cli.do("keypair show --public-key key9").startswith("ssh-")
    cli.do("keypair delete key9")
    assert [row["Name"] for row in cli.ask("keypair list")] == ["key1"]


def test_a_server_is_listed_and_shown(cli: CommandLine, server: str) -> None:
    (row,) = cli.ask("server list")
    assert (row["Name"], row["Status"], row["Image"], row["Flavor"]) == ("vm1", "ACTIVE", "img1", "fl1")
    shown = cli.ask(f"server show {server}")
    assert shown["OS-EXT-AZ:availability_zone"] == "nova"
    assert shown["properties"] == {"a": "b"}
    for options in ("--all-projects --long", "--status ACTIVE --name vm1 --sort-column name", "--limit 1", "-n"):
        assert len(cli.ask(f"server list {options}")) == 1


@pytest.mark.parametrize(("command", "status"), [
    ("pause", "PAUSED"), ("unpause", "ACTIVE"), ("stop", "SHUTOFF"), ("start", "ACTIVE"),
])
def test_a_server_is_acted_upon(cli: CommandLine, server: str, command: str, status: str) -> None:
    cli.do(f"server {command} {server}")
    cli.wait(server, status)


def test_a_server_is_rebooted(cli: CommandLine, server: str) -> None:
    cli.do(f"server reboot --wait {server}")
    cli.do(f"server reboot --hard --wait {server}")


def test_a_server_tells_its_console_and_its_history(cli: CommandLine, server: str) -> None:
    assert "login:" in cli.do(f"console log show {server}")
    events = cli.ask(f"server event list {server}")
    assert events[-1]["Action"] == "create"
    shown = cli.ask(f"server event show {server} {events[-1]['Request ID']}")
    assert shown["events"]


def test_a_server_is_described_and_locked(cli: CommandLine, server: str) -> None:
    cli.do(f"server set --name vm1b --property c=d --description dd {server}")
    shown = cli.ask("server show vm1b")
    assert (shown["description"], shown["properties"]) == ("dd", {"a": "b", "c": "d"})
    cli.do("server unset --property c vm1b")
    cli.do("server lock vm1b")
    assert cli.ask("server show vm1b")["locked"] is True
    cli.do("server unlock vm1b")
    cli.do("server set --name vm1 vm1b")


def test_quotas_and_limits(cli: CommandLine, server: str) -> None:
    cli.do("quota set --instances 30 admin")
    assert {row["Resource"]: row["Limit"] for row in cli.ask("quota show --compute")}["instances"] == 30
    limits = {row["Name"]: row["Value"] for row in cli.ask("limits show --absolute")}
    assert limits["instances_used"] == 1


def test_services_and_hypervisors(cli: CommandLine) -> None:
    services = cli.ask("compute service list")
    assert {row["Binary"] for row in services} == {"nova-compute", "nova-conductor", "nova-scheduler"}
    (host,) = [row["Host"] for row in services if row["Binary"] == "nova-compute"]
    cli.do(f"compute service set --disable --disable-reason maint {host} nova-compute")
    assert cli.ask("compute service list --long --service nova-compute")[0]["Disabled Reason"] == "maint"
    cli.do(f"compute service set --enable {host} nova-compute")
    (hypervisor,) = cli.ask("hypervisor list")
    assert cli.ask(f"hypervisor show {hypervisor['Hypervisor Hostname']}")["state"] == "up"
    assert "nova" in {row["Zone Name"] for row in cli.ask("availability zone list --compute")}
    assert cli.ask("extension list --compute")


def test_several_servers_with_everything_are_made_and_deleted(cli: CommandLine, server: str) -> None:
    (script := cli.home / "ud.sh").write_text("echo hi\n")
    cli.do(f"server create --image img1 --flavor fl1 --nic none --user-data {script.name} --config-drive true "
           "--availability-zone nova --property a=b --min 2 --max 2 --wait x")
    assert {row["Name"] for row in cli.ask("server list --name ^x-")} == {"x-1", "x-2"}
    cli.do("server delete --wait x-1 x-2")
    assert cli.ask("server list --name ^x-") == []


@pytest.mark.parametrize(("command", "words"), [
    ("server show nobody", "No Server found for nobody"),
    ("server create --image nobody --flavor fl1 y", "No Image found for nobody"),
    ("server create --image img1 --flavor nobody y", "No Flavor found for nobody"),
    ("server create --image img1 --flavor fl1 --key-name nobody y", "nobody"),
    ("server create --image img1 --flavor fl1 --availability-zone mars y", "availability zone"),
    ("server create --image img1 --flavor fl1 --boot-from-volume 1 y", "volumes are not available"),
    ("server unpause vm1", "while it is in vm_state active"),
    ("flavor create --ram 1 --vcpus 1 --disk 1 fl1", "already exists"),
    ("server create --image img1 --flavor fl1 --min 50 --max 50 y", "Quota exceeded"),
    ("--os-compute-api-version 2.999 server list", "2.999"),
])
def test_what_cannot_be_is_told_in_words(cli: CommandLine, server: str, command: str, words: str) -> None:
    done = cli.run(command)
    assert done.status != 0
    assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
