"""What is asked, in order: each scene begins with the world that :data:`SETTING` makes and leaves it as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tests.functional.nova import bodies, reading
from tests.functional.nova.asking import Ask, Step, Until
from tests.functional.nova.bodies import KEY, Form, steps
from tests.functional.nova.differing import reason

VERSIONS = ("2.1", "2.26", "2.37", "2.53", "2.57", "2.64", "2.75", "2.90", "2.96", "2.104")
_LARGE = {"name": "large", "id": "f2", "ram": 128, "vcpus": 1, "disk": 2, "swap": 16, "OS-FLV-EXT-DATA:ephemeral": 0}
_STATES = {
    "paused": {"pause": None}, "suspended": {"suspend": None}, "stopped": {"os-stop": None}, "rescued": {"rescue": {}},
    "offloaded": {"shelve": None}, "resized": {"resize": {"flavorRef": "f2"}},
}
_SEEN_AS = {"paused": "PAUSED", "suspended": "SUSPENDED", "stopped": "SHUTOFF", "rescued": "RESCUE",
            "offloaded": "SHELVED_OFFLOADED", "resized": "VERIFY_RESIZE", "broken": "ERROR"}


def _boot(name: str, **fields: object) -> Iterator[Step]:
    body = {"name": name, "imageRef": "{image}", "flavorRef": "f1", "networks": "none", **fields}
    yield Ask("POST /servers", {"server": body}, "2.90", keep=f"{name}=server.id")
    yield Until(f"{{{name}}}")


def setting() -> Iterator[Step]:
    """Flavors, a key pair, a group, an aggregate; a server that has everything and one in each state."""
    for flavor in ({"name": "small", "id": "f1", "ram": 64, "vcpus": 1, "disk": 1}, _LARGE,
                   {"name": "private", "id": "private", "ram": 64, "vcpus": 1, "disk": 1,
                    "os-flavor-access:is_public": False}):
        yield Ask("POST /flavors", {"flavor": flavor}, "2.61", "admin")
    yield Ask("POST /flavors/private/action", {"addTenantAccess": {"tenant": "{strangers_project}"}}, who="admin")
    yield Ask("POST /flavors/f2/os-extra_specs", {"extra_specs": {"hw:mem_page_size": "small"}}, who="admin")
    yield Ask("PUT /os-quota-sets/{poor_project}", {"quota_set": {"instances": 0}}, who="admin")
    yield Ask("PUT /os-quota-sets/{project}", {"quota_set": {"instances": 40, "cores": 60}}, who="admin")
    yield Ask("POST /os-keypairs", {"keypair": {"name": "mine", "public_key": KEY}}, "2.2")
    yield Ask("POST /os-keypairs", {"keypair": {"name": "mine", "public_key": KEY}}, "2.2", "poor")
    yield Ask("POST /os-server-groups", {"server_group": {"name": "group", "policy": "soft-affinity"}}, "2.64",
              keep="group=server_group.id")
    yield Ask("POST /os-aggregates", {"aggregate": {"name": "shelf", "availability_zone": "zone"}}, "2.41", "admin",
              keep="aggregate=aggregate.id aggregate_uuid=aggregate.uuid")
    yield Ask("POST /os-aggregates/{aggregate}/action", {"add_host": {"host": "fake2"}}, "2.41", "admin")
    full = {
        "name": "full", "imageRef": "{image}", "flavorRef": "f2", "networks": [{"uuid": "{network}", "tag": "nic"}],
        "key_name": "mine", "metadata": {"a": "b"}, "tags": ["one", "two"], "user_data": "aGk=",
        "description": "a server",
        "config_drive": True, "hostname": "full", "accessIPv4": "192.0.2.1", "accessIPv6": "2001:db8::1",
        "availability_zone": "nova",
    }
    yield Ask("POST /servers", {"server": full, "os:scheduler_hints": {"group": "{group}"}}, "2.90",
              keep="full=server.id full_request=header:X-OpenStack-Request-ID")
    yield Until("{full}")
    yield Ask("GET /servers/{full}/os-interface", keep="port=interfaceAttachments.0.port_id")
    for name, action in _STATES.items():
        yield from _boot(name)
        yield Ask(f"POST /servers/{{{name}}}/action", action)
        yield Until(f"{{{name}}}", _SEEN_AS[name])
    yield from _boot("broken")
    yield Ask("POST /servers/{broken}/action", {"os-resetState": {"state": "error"}}, who="admin")
    yield Until("{broken}", "ERROR")
    yield from _boot("locked")
    yield Ask("POST /servers/{locked}/action", {"lock": {"locked_reason": "r"}}, "2.73")
    yield from _boot("plain")


ACTIONS: dict[str, object] = {
    "pause": None, "unpause": None, "suspend": None, "resume": None, "os-stop": None, "os-start": None,
    "reboot": {"type": "SOFT"}, "rebuild": {"imageRef": "{image}"}, "resize": {"flavorRef": "f2"},
    "confirmResize": None,
    "revertResize": None, "rescue": {}, "unrescue": None, "shelve": None, "shelveOffload": None, "unshelve": None,
    "migrate": None, "createImage": {"name": "i"}, "createBackup": {"name": "i", "backup_type": "d", "rotation": 1},
    "trigger_crash_dump": None, "restore": None, "os-getConsoleOutput": {}, "changePassword": {"adminPass": "p"},
    "evacuate": {"onSharedStorage": False}, "os-migrateLive": {"host": None, "block_migration": False,
                                                              "disk_over_commit": False},
    "injectNetworkInfo": None, "addFixedIp": {"networkId": "{network}"}, "addSecurityGroup": {"name": "default"},
}
# What is done to a server in a state is not what this is about: actions that begin there are left out.
_BEGIN = {
    "active": {"pause", "suspend", "os-stop", "reboot", "rebuild", "resize", "rescue", "shelve", "migrate",
               "createImage",
               "createBackup", "trigger_crash_dump", "evacuate", "os-migrateLive"},
    "paused": {"unpause", "shelve", "createImage", "createBackup", "reboot", "trigger_crash_dump", "os-migrateLive"},
    "suspended": {"resume", "shelve", "createImage", "createBackup", "reboot"},
    "stopped": {"os-start", "rebuild", "resize", "rescue", "shelve", "migrate", "createImage", "createBackup", "reboot",
                "evacuate"},
    "rescued": {"unrescue", "reboot", "trigger_crash_dump", "os-stop", "evacuate"},
    "offloaded": {"unshelve"},
    "resized": {"confirmResize", "revertResize", "os-stop", "os-start", "reboot", "evacuate", "trigger_crash_dump"},
    "broken": {"rebuild", "rescue", "os-stop", "os-start", "reboot", "evacuate", "trigger_crash_dump"},
}


def wrong_states() -> Iterator[Step]:
    """Each action in each state from which it does not begin; and on a locked server."""
    always = {"addFixedIp", "addSecurityGroup", "injectNetworkInfo", "os-getConsoleOutput"}
    for state, begin in _BEGIN.items():
        name = "plain" if state == "active" else state
        for action, argument in ACTIONS.items():
            if action not in begin | always:
                version = "2.17" if action == "trigger_crash_dump" else "2.1"
                yield Ask(f"POST /servers/{{{name}}}/action", {action: argument}, version, "admin")
        yield Ask(f"GET /servers/{{{name}}}/diagnostics", who="admin")
        yield Ask(f"GET /servers/{{{name}}}/diagnostics", at="2.48", who="admin")
        yield Ask(f"POST /servers/{{{name}}}/remote-consoles", {"remote_console": {"protocol": "vnc", "type": "novnc"}},
                  "2.6")
        yield Ask(f"POST /servers/{{{name}}}/os-interface", {"interfaceAttachment": {"net_id": "{nobody}"}}, "2.1")
        for item in ({"name": "renamed"}, {"accessIPv4": "192.0.2.7"}):
            yield Ask(f"PUT /servers/{{{name}}}", {"server": item})
    for action, argument in ACTIONS.items():
        version = "2.17" if action == "trigger_crash_dump" else "2.1"
        yield Ask("POST /servers/{locked}/action", {action: argument}, version)
    for line, body in (("DELETE /servers/{locked}", None), ("PUT /servers/{locked}", {"server": {"name": "x"}}),
                       ("PUT /servers/{locked}/metadata/a", {"meta": {"a": "b"}}),
                       ("DELETE /servers/{locked}/metadata/a", None), ("PUT /servers/{locked}/tags/a", None),
                       ("DELETE /servers/{locked}/os-interface/{nobody}", None),
                       ("POST /servers/{locked}/os-interface", {"interfaceAttachment": {}})):
        yield Ask(line, body, "2.26") if body is not None else Ask(line, at="2.26")


def refused_bodies(forms: Iterable[Form]) -> Iterator[Step]:
    for form in forms:
        yield from steps(form)


SCENES: dict[str, Callable[[], Iterator[Step]]] = {
    "setting": setting,
    "wrong states": wrong_states,
    "views": reading.views,
    "filters": reading.filters,
    "listings": reading.listings,
    "strangers": reading.strangers,
    "microversions": reading.microversions,
    "bodies of servers": lambda: refused_bodies(bodies.SERVERS),
    "bodies of actions": lambda: refused_bodies(bodies.ACTIONS),
    "bodies of others": lambda: refused_bodies((*bodies.OTHERS, *bodies.PROXIES)),
}


# Of each scene's requests one of so many is recorded, and asked again by the test.
ONE_OF = {"setting": 1, "wrong states": 1, "views": 3, "microversions": 2}
OTHERWISE = 12


def sample(scene: str) -> list[Step]:
    """The steps of a scene that the test takes."""
    one_of = ONE_OF.get(scene, OTHERWISE)
    return [step for step in SCENES[scene]()
            if scene == "setting" or not isinstance(step, Ask) or step.keep
            or (not reason(step.key) and step.sampled(one_of))]
