"""The unmodified client boots a server with tokens of a real Keystone from an image in a real Glance; what follows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.builders import disks
from tests.clients.cloud import PATIENCE, Client
from tests.integration.peers.cloud import SERVICE_PASSWORD, PeeredCloud

USER, PASSWORD, PROJECT = "ada", "password-of-hers", "analysts"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PeeredCloud]:
    with PeeredCloud(tmp_path_factory.mktemp("peers")) as running:
        yield running


@pytest.fixture(scope="module")
def user(cloud: PeeredCloud) -> Iterator[Client]:
    """A member of a project, in Keystone."""
    cloud.shell().batch(
        f"openstack <<END\nproject create {PROJECT}\nuser create --password {PASSWORD} {USER}\n"
        f"role add --user {USER} --project {PROJECT} member\nEND"
    )
    client = cloud.client_of(USER, PASSWORD, PROJECT)
    client.login()
    yield client
    client.close()


def test_the_unmodified_client_boots_a_server_and_its_snapshot_is_in_glance(cloud: PeeredCloud, user: Client) -> None:
    shell = cloud.shell(USER, PASSWORD, PROJECT)
    data = disks.a_qcow2(size=1 << 20)
    (cloud.directory / "disk.qcow2").write_bytes(data)
    # A private image: compute gets it because its user is Keystone's administrator.
    made = shell.json("openstack image create --disk-format qcow2 --file disk.qcow2 --private hers")
    server = shell.json("openstack server create --image hers --flavor m1.nano --network private --wait one")
    assert (server["status"], server["project_id"]) == ("ACTIVE", user.project_id)
    cached = [path for path in (cloud.directory / "cache").iterdir() if path.suffix != ".lock"]
    assert [path.name for path in cached] == [hashlib.sha512(data).hexdigest()]
    assert cached[0].read_bytes() == data
    shell.ok("openstack server image create --name shot --wait one")
    shot = shell.json("openstack image show shot")
    assert (shot["status"], shot["owner"], shot["visibility"]) == ("active", user.project_id, "private")
    stored = cloud.directory / "glance" / "images" / str(shot["id"])
    assert hashlib.sha512(stored.read_bytes()).hexdigest() == shot["properties"]["os_hash_value"]
    assert shot["properties"]["base_image_ref"] == made["id"]
    second = shell.json("openstack server create --image shot --flavor m1.nano --network private --wait two")
    assert second["status"] == "ACTIVE"
    shell.ok("openstack server delete --wait one two")


def test_a_private_image_of_others_is_not_there(cloud: PeeredCloud, user: Client) -> None:
    path = cloud.directory / "admins.qcow2"
    path.write_bytes(disks.a_qcow2())
    admins = cloud.client.upload(path)
    image = f"{cloud.glance.url}/v2/images/{admins}"
    change = [{"op": "replace", "path": "/visibility", "value": "private"}]
    kind = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
    assert cloud.client.session.patch(image, json=change, headers=kind).ok
    body = {"server": {"name": "x", "imageRef": admins, "flavorRef": "42", "networks": "auto"}}
    answer = user.request("POST", "/servers", body)
    assert (answer.status_code, "could not be found" in answer.text) == (400, True)
    change[0]["value"] = "shared"
    assert cloud.client.session.patch(image, json=change, headers=kind).ok
    assert user.request("POST", "/servers", body).status_code == 400
    assert cloud.client.session.post(f"{image}/members", json={"member": user.project_id}).ok
    accepted = user.request("POST", "/servers", body)
    assert accepted.status_code == 202, accepted.text
    user.wait_status(accepted.json()["server"]["id"], "ACTIVE")


def test_roles_are_keystones(cloud: PeeredCloud, user: Client) -> None:
    assert user.request("GET", "/os-hypervisors").status_code == 403
    assert user.request("GET", "/servers?all_tenants=1").status_code == 403
    assert cloud.client.request("GET", "/os-hypervisors").status_code == 200
    reader = cloud.client_of("reader", "password-of-readers", PROJECT)
    cloud.shell().batch(
        "openstack <<END\nuser create --password password-of-readers reader\n"
        f"role add --user reader --project {PROJECT} reader\nEND"
    )
    assert reader.request("GET", "/servers").status_code == 200
    body = {"server": {"name": "x", "imageRef": "x", "flavorRef": "42", "networks": "auto"}}
    assert reader.request("POST", "/servers", body).status_code == 403
    reader.close()


def test_a_token_of_the_whole_system_is_of_no_project(cloud: PeeredCloud) -> None:
    identity = {"methods": ["password"], "password": {"user": {
        "name": "admin", "domain": {"id": "default"}, "password": cloud.keystone.password}}}
    body: Any = {"auth": {"identity": identity, "scope": {"system": {"all": True}}}}
    answer = requests.post(f"{cloud.keystone.auth_url}/auth/tokens", json=body, timeout=PATIENCE)
    token = {"X-Auth-Token": answer.headers["X-Subject-Token"]}
    refused = requests.get(f"{cloud.client.url}/compute/v2.1/os-services", headers=token, timeout=PATIENCE)
    assert refused.status_code == 403


def test_a_revoked_token_is_refused(cloud: PeeredCloud, user: Client) -> None:
    client = cloud.client_of(USER, PASSWORD, PROJECT)
    assert client.request("GET", "/servers").status_code == 200
    token = client.session.headers["X-Auth-Token"]
    gone = requests.delete(
        f"{cloud.keystone.auth_url}/auth/tokens", headers={"X-Auth-Token": token, "X-Subject-Token": token},
        timeout=PATIENCE,
    )
    assert gone.status_code == 204
    client.wait(lambda: client.request("GET", "/servers").status_code == 401, "the revoked token is refused")
    client.close()


def test_what_is_no_token_is_told_where_to_get_one(cloud: PeeredCloud) -> None:
    url = f"{cloud.client.url}/compute/v2.1/servers"
    for headers in ({}, {"X-Auth-Token": "made up"}, {"X-Identity-Status": "Confirmed", "X-Roles": "admin"}):
        answer = requests.get(url, headers=headers, timeout=PATIENCE)
        assert answer.status_code == 401
        assert cloud.keystone.auth_url in answer.headers["WWW-Authenticate"]


def test_a_service_token_must_be_one(cloud: PeeredCloud, user: Client) -> None:
    service = cloud.client_of("nova", SERVICE_PASSWORD, "service")
    service.login()
    url, mine = f"{cloud.client.url}/compute/v2.1/servers", str(user.session.headers["X-Auth-Token"])
    for token, status in ((str(service.session.headers["X-Auth-Token"]), 200), (mine, 401), ("made up", 401)):
        answer = requests.get(url, headers={"X-Auth-Token": mine, "X-Service-Token": token}, timeout=PATIENCE)
        assert answer.status_code == status
    service.close()


@pytest.mark.parametrize(("path", "what"), [("identity/v3/auth/tokens", "keystone"), ("image/v2/images", "glance")])
def test_who_asks_us_for_what_they_serve_is_sent_there(cloud: PeeredCloud, path: str, what: str) -> None:
    answer = cloud.client.session.get(f"{cloud.client.url}/{path}", timeout=PATIENCE)
    assert answer.status_code == 404
    assert getattr(cloud, what).url in answer.text


def test_daemons_go_on_when_keystone_comes_back(cloud: PeeredCloud, user: Client, tmp_path: Path) -> None:
    cloud.keystone.stop()
    fresh = {"X-Auth-Token": "unknown to any cache"}
    answer = requests.get(f"{cloud.client.url}/compute/v2.1/servers", headers=fresh, timeout=PATIENCE)
    assert answer.status_code == 503
    cloud.keystone.start()
    (tmp_path / "disk").write_bytes(disks.a_qcow2(size=2 << 20))
    server = user.boot(cloud.client.upload(tmp_path / "disk"))
    user.wait_status(server, "ACTIVE")
