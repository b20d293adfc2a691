"""What a request may hold, by microversion: a field is taken where Nova takes it, else refused by name."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import pytest

from tests.functional.api.cloud import IMAGE, PROJECT, ComputeCloud

NOBODY = "99999999-9999-4999-8999-999999999999"
_SERVER = f"/servers/{NOBODY}"
_ACTION = f"{_SERVER}/action"
_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ me@here"
# Wishes for what is not there: what is taken is looked for, and not found.
_CREATE = {"server": {"name": "vm", "imageRef": IMAGE, "flavorRef": "none such", "networks": [{"uuid": NOBODY}],
                      "block_device_mapping_v2": [{"source_type": "image", "uuid": IMAGE, "boot_index": 0}]}}
_REBUILD = {"rebuild": {"imageRef": IMAGE}}
_FLAVOR = {"flavor": {"name": "f", "ram": 1, "vcpus": 1, "disk": 1, "id": "1"}}  # there is one of this id
_GROUP = {"server_group": {"name": "g"}}
_EVENT = {"events": [{"server_uuid": NOBODY, "name": "network-changed"}]}
_ATTACH = {"volumeAttachment": {"volumeId": NOBODY}}
_LIVE = {"os-migrateLive": {"host": None, "block_migration": False}}
LAST = "2.104"


@dataclasses.dataclass(frozen=True)
class Field:
    """``where``: the way to the field in the body; in its microversions ``value`` is taken there."""

    request: str
    body: dict[str, Any]
    where: tuple[str | int, ...]
    value: object
    since: str = "2.1"
    until: str = LAST
    named: str = ""

    def __str__(self) -> str:
        return f"{self.request.split()[0]} {'.'.join(map(str, self.where))} {self.since}-{self.until}"

    def filled(self) -> dict[str, Any]:
        """The body with the field."""
        body: Any = copy.deepcopy(self.body)
        place = body
        for step in self.where[:-1]:
            place = place[step]
        place[self.where[-1]] = self.value
        return dict(body)

    @property
    def name(self) -> str:
        return self.named or str(self.where[-1])


def _many(
    request: str, body: dict[str, Any], *fields: tuple[tuple[str | int, ...], object, str, str]
) -> tuple[Field, ...]:
    return tuple(Field(request, body, *field) for field in fields)


_NIC, _DEVICE = ("server", "networks", 0), ("server", "block_device_mapping_v2", 0)

FIELDS = (
    *_many(
        "POST /servers", _CREATE,
        (("server", "description"), "d", "2.19", LAST), ((*_NIC, "tag"), "t", "2.32", "2.36"),
        ((*_NIC, "tag"), "t", "2.42", LAST), ((*_DEVICE, "tag"), "t", "2.32", "2.32"),
        ((*_DEVICE, "tag"), "t", "2.42", LAST), (("server", "tags"), ["t"], "2.52", LAST),
        (("server", "personality"), [], "2.1", "2.56"), (("server", "trusted_image_certificates"), ["c"], "2.63", LAST),
        ((*_DEVICE, "volume_type"), "v", "2.67", LAST), (("server", "host"), "h", "2.74", LAST),
        (("server", "hypervisor_hostname"), "h", "2.74", LAST), (("server", "hostname"), "hh", "2.90", LAST),
        (("server", "hostname"), "h.example.org", "2.94", LAST), (("server", "networks"), "auto", "2.37", LAST),
        (("server", "networks"), "none", "2.37", LAST),
    ),
    *_many(
        f"PUT {_SERVER}", {"server": {"name": "vm"}},
        (("server", "description"), "d", "2.19", LAST), (("server", "hostname"), "hh", "2.90", LAST),
        (("server", "hostname"), "h.example.org", "2.94", LAST),
        (("server", "pinned_availability_zone"), None, "2.104", LAST),
    ),
    *_many(
        f"POST {_ACTION}", _REBUILD,
        (("rebuild", "description"), "d", "2.19", LAST), (("rebuild", "key_name"), "k", "2.54", LAST),
        (("rebuild", "personality"), [], "2.1", "2.56"), (("rebuild", "user_data"), "aGk=", "2.57", LAST),
        (("rebuild", "trusted_image_certificates"), ["c"], "2.63", LAST), (("rebuild", "hostname"), "hh", "2.90", LAST),
        (("rebuild", "hostname"), "h.example.org", "2.94", LAST),
    ),
    Field(f"POST {_ACTION}", {"lock": {}}, ("lock", "locked_reason"), "r", "2.1", LAST),
    Field(f"POST {_ACTION}", {"lock": {}}, ("lock", "x"), 1, "2.1", "2.72"),
    Field(f"POST {_ACTION}", {"migrate": {}}, ("migrate", "host"), "h", "2.1", LAST),
    Field(f"POST {_ACTION}", {"migrate": {}}, ("migrate", "x"), 1, "2.1", "2.55"),
    Field(f"POST {_ACTION}", {"unshelve": {}}, ("unshelve", "availability_zone"), "z", "2.1", LAST),
    Field(f"POST {_ACTION}", {"unshelve": {"host": "h"}}, ("unshelve", "availability_zone"), None, "2.91"),
    *_many(
        f"POST {_ACTION}", {"evacuate": {}},
        (("evacuate", "onSharedStorage"), False, "2.1", "2.13"), (("evacuate", "force"), True, "2.29", "2.67"),
    ),
    *_many(
        f"POST {_ACTION}", _LIVE,
        (("os-migrateLive", "disk_over_commit"), False, "2.1", "2.24"),
        (("os-migrateLive", "block_migration"), "auto", "2.25", LAST),
        (("os-migrateLive", "force"), True, "2.30", "2.67"),
    ),
    *_many(
        "POST /flavors", _FLAVOR,
        (("flavor", "description"), "d", "2.55", LAST), (("flavor", "rxtx_factor"), 1.0, "2.1", "2.101"),
    ),
    *_many(
        "POST /os-keypairs", {"keypair": {"name": "k k", "public_key": "no key"}},
        (("keypair", "type"), "ssh", "2.2", LAST), (("keypair", "user_id"), "u", "2.10", LAST),
    ),
    Field("POST /os-keypairs", {"keypair": {"public_key": "no key"}}, ("keypair", "name"), "a@b.c", "2.92"),
    Field("POST /os-server-groups", _GROUP, ("server_group", "policies"), ["affinity"], "2.1", "2.63"),
    Field("POST /os-server-groups", _GROUP, ("server_group", "policies"), ["soft-affinity"], "2.15", "2.63"),
    Field("POST /os-server-groups", _GROUP, ("server_group", "policy"), "affinity", "2.64"),
    Field("POST /os-server-groups", {"server_group": {"name": "g", "policy": "anti-affinity"}},
          ("server_group", "rules"), {"max_server_per_host": 2}, "2.64"),
    *(Field("POST /os-server-external-events", _EVENT, ("events", 0, "name"), event, since)
      for event, since in (("network-vif-plugged", "2.1"), ("volume-extended", "2.51"), ("power-update", "2.76"),
                           ("accelerator-request-bound", "2.82"), ("volume-reimaged", "2.93"))),
    *(Field(f"PUT /os-quota-sets/{PROJECT}", {"quota_set": {}}, ("quota_set", name), 5, "2.1", last)
      for name, last in (("fixed_ips", "2.35"), ("security_groups", "2.35"), ("injected_files", "2.56"),
                         ("server_groups", LAST))),
    *(Field("PUT /os-quota-class-sets/default", {"quota_class_set": {}}, ("quota_class_set", name), 5, "2.1", last)
      for name, last in (("fixed_ips", "2.49"), ("injected_file_path_bytes", "2.56"), ("cores", LAST))),
    Field(f"POST {_SERVER}/os-interface", {"interfaceAttachment": {"net_id": NOBODY}},
          ("interfaceAttachment", "tag"), "t", "2.49"),
    Field(f"POST {_SERVER}/os-volume_attachments", _ATTACH, ("volumeAttachment", "tag"), "t", "2.49"),
    Field(f"POST {_SERVER}/os-volume_attachments", _ATTACH, ("volumeAttachment", "delete_on_termination"), True,
          "2.79"),
    Field(f"PUT {_SERVER}/os-volume_attachments/{NOBODY}", _ATTACH, ("volumeAttachment", "delete_on_termination"), True,
          "2.85"),
    Field(f"POST {_SERVER}/remote-consoles", {"remote_console": {"type": "webmks"}}, ("remote_console", "protocol"),
          "mks",
          "2.8", named="type"),
    Field(f"POST {_SERVER}/remote-consoles", {"remote_console": {"protocol": "spice"}}, ("remote_console", "type"),
          "spice-direct", "2.99"),
)


def _shifted(version: str, by: int) -> str:
    major, _, minor = version.partition(".")
    return f"{major}.{int(minor) + by}"


def _send(cloud: ComputeCloud, field: Field, version: str) -> tuple[int, str]:
    method, _, path = field.request.partition(" ")
    answer = cloud.admin(method, path, field.filled(), version=version)
    return answer.status, answer.message if answer.status >= 400 else ""


def _refused(field: Field, status: int, message: str) -> bool:
    """For this field: by its name, or by its value where that is what changed."""
    of_form = ("Additional properties", "Invalid input for field", "is a required property", "Unexpected", "Unknown")
    return status == 400 and field.name in message and any(word in message for word in of_form)


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_a_field_is_taken_in_its_microversions(cloud: ComputeCloud, field: Field) -> None:
    for version in {field.since, field.until}:
        status, message = _send(cloud, field, version)
        assert not _refused(field, status, message), (version, message)
        assert status < 500, (version, message)


@pytest.mark.parametrize("field", [f for f in FIELDS if (f.since, f.until) != ("2.1", LAST)], ids=str)
def test_a_field_is_refused_by_name_before_and_after(refuser: ComputeCloud, field: Field) -> None:
    outside = [_shifted(field.since, -1)] if field.since != "2.1" else []
    outside += [_shifted(field.until, 1)] if field.until != LAST else []
    for version in outside:
        status, message = _send(refuser, field, version)
        assert (status, field.name in message) == (400, True), (version, message)


@pytest.mark.parametrize(("version", "body", "named"), [
    ("2.37", {"server": {"name": "vm", "imageRef": IMAGE, "flavorRef": "1"}}, "networks"),
    ("2.92", {"keypair": {"name": "k"}}, "public_key"),
    ("2.64", {"server_group": {"name": "g"}}, "policy"),
])
def test_a_field_becomes_required(cloud: ComputeCloud, version: str, body: dict[str, Any], named: str) -> None:
    path = {"server": "/servers", "keypair": "/os-keypairs", "server_group": "/os-server-groups"}[next(iter(body))]
    answer = cloud.ask("POST", path, body, version=version)
    assert (answer.status, named in answer.message) == (400, True)
    if named != "policy":
        assert cloud.ask("POST", path, body, version=_shifted(version, -1)).status in (200, 201, 202)
