"""Libraries that could carry our records, each with the record of an instance as a boot sends it.

Each makes its own classes from our structs, so that all of them hold the same fields of the same types. Run in the
environment of ``requirements-serialisation.txt``; prints a :class:`Found` for each as a line of JSON.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import json
import operator
import sys
import time
import types
from collections.abc import Callable
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

import msgspec

from nova_lite.objects.flavor import Flavor
from nova_lite.objects.image import ImageMeta
from nova_lite.objects.instance import Instance
from nova_lite.objects.nic import Nic, NicSubnet

Struct = type[msgspec.Struct]
Document = dict[str, Any]

BATCH = 50  # repetitions between two looks at the clock

RECORD = Instance(
    uuid="5f0c2a3e-7a43-4b0e-9a53-3d6f3f1c8a10", project_id="8d1f" * 8, user_id="02ac" * 8, display_name="web-1",
    hostname="web-1", host="compute-17.example.org", availability_zone="nova", key_name="laptop",
    key_data="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8mJ0yBv4sYw1rQ0u7jY7F5qv0f0H9mT0m6 jane@laptop",
    metadata={"role": "web", "tier": "front"}, created_at=1_790_000_000.25, updated_at=1_790_000_001.5,
    flavor=Flavor(
        flavorid="42", name="m1.small", vcpus=1, memory_mb=2048, root_gb=20, extra_specs={"hw:numa_nodes": "1"}
    ),
    image=ImageMeta(
        id="0a1b2c3d-7a43-4b0e-9a53-3d6f3f1c8a10", name="debian-13", size=2_361_393_152, hash_algo="sha512",
        hash_value="9f" * 64, min_disk=3, properties={"os_distro": "debian", "hw_disk_bus": "virtio"},
    ),
    nics=(Nic(
        id="c0ffee00-7a43-4b0e-9a53-3d6f3f1c8a10", mac_address="fa:16:3e:12:34:56", kind="bridge", network="private",
        network_id="d00d0000-7a43-4b0e-9a53-3d6f3f1c8a10", bridge="nlbr-d00d0000", addresses=("10.0.0.17",), mtu=1450,
        subnets=(NicSubnet(address="10.0.0.17", cidr="10.0.0.0/24", gateway="10.0.0.1", nameservers=("10.0.0.2",)),),
    ),),
    reservation_id="r-3k2j1h0g",
)
DOCUMENT: Document = msgspec.to_builtins(RECORD)


_ENCODER = json.JSONEncoder(
    separators=(",", ":"), default=lambda value: {name: getattr(value, name) for name in value.__slots__}
)


def as_json(value: Any) -> bytes:
    """By the standard library; of dataclasses too."""
    return _ENCODER.encode(value).encode()


class Candidate(NamedTuple):
    """``write`` makes bytes of a document that may be wrong, ``decode`` a record of bytes, with every check."""

    name: str
    write: Callable[[Document], bytes]
    encode: Callable[[Any], bytes]
    decode: Callable[[bytes], Any]


class Found(NamedTuple):
    """Microseconds, bytes, and which of :data:`WRONG` it refuses with the field's name."""

    name: str
    encode: float
    decode: float
    size: int
    refuses: list[str]


def mapped(kind: Any, swap: Callable[[Struct], Any]) -> Any:
    """An annotation of ours with every struct in it replaced."""
    origin, arguments = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return swap(kind)
    if origin is Annotated:
        return mapped(arguments[0], swap)
    if origin is None or origin is Literal:
        return kind
    inner = tuple(one if one is Ellipsis else mapped(one, swap) for one in arguments)
    return functools.reduce(operator.or_, inner) if origin in (Union, types.UnionType) else origin[inner]


def fields(struct: Struct, swap: Callable[[Struct], Any]) -> list[tuple[str, Any, Any]]:
    """Name, type and default (Ellipsis: none) of each field."""
    found = []
    for field in msgspec.structs.fields(struct):
        default: Any = ... if field.required else field.default
        if field.default_factory is not msgspec.NODEFAULT:
            default = field.default_factory()
        found.append((field.name, mapped(field.type, swap), default))
    return found


def by_msgspec() -> list[Candidate]:
    """Ours, as serializer.py does it: the sender decodes what it has encoded. JSON for comparison."""
    made = []
    for name, form in (("msgspec, msgpack", msgspec.msgpack), ("msgspec, JSON", msgspec.json)):
        encoder, decoder = form.Encoder(), form.Decoder(Instance)
        made.append(Candidate(name, encoder.encode, encoder.encode, decoder.decode))
    return made


def by_pydantic() -> list[Candidate]:
    """Version 2, strict, frozen, unknown fields forbidden."""
    import pydantic

    config = pydantic.ConfigDict(strict=True, frozen=True, extra="forbid")

    @functools.cache
    def model(struct: Struct) -> Any:
        own: dict[str, Any] = {name: (kind, default) for name, kind, default in fields(struct, model)}
        return pydantic.create_model(struct.__name__, __config__=config, **own)

    kind = model(Instance)
    return [Candidate(
        "pydantic", as_json, lambda value: value.model_dump_json().encode(), kind.model_validate_json,
    )]


def by_hand() -> list[Candidate]:
    """The standard library: json, frozen dataclasses, and checks that are put together once."""

    @functools.cache
    def shape(struct: Struct) -> tuple[Any, Callable[[Any, str], Any]]:
        own = fields(struct, lambda inner: shape(inner)[0])
        made = dataclasses.make_dataclass(
            struct.__name__,
            [
                (name, kind) if default is ...
                else (name, kind, dataclasses.field(default_factory=functools.partial(_same, default)))
                for name, kind, default in own
            ],
            frozen=True, kw_only=True, slots=True,
        )
        checks = {field.name: check(field.type) for field in msgspec.structs.fields(struct)}
        needed = {name for name, _, default in own if default is ...}

        def build(value: Any, path: str) -> Any:
            if type(value) is not dict:
                raise ValueError(f"{path} is no object")
            if value.keys() - checks.keys() or needed - value.keys():
                wrong = (value.keys() - checks.keys()) or (needed - value.keys())
                raise ValueError(f"{path}: {wrong} unknown or missing")
            return made(**{name: checks[name](held, name) for name, held in value.items()})

        return made, build

    def check(kind: Any) -> Callable[[Any, str], Any]:
        return checker(kind, lambda struct: shape(struct)[1])

    _, build = shape(Instance)
    return [Candidate(
        "json, dataclasses", as_json, as_json, lambda raw: build(json.loads(raw), "instance"),
    )]


def _same(value: Any) -> Any:
    return value


def checker(kind: Any, build: Callable[[Struct], Callable[[Any, str], Any]]) -> Callable[[Any, str], Any]:
    """A function that takes a value of JSON and what it is called: the value as our type has it, or ValueError."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return checker(arguments[0], build)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return build(kind)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return lambda value, name: kind(value)
    if origin in (Union, types.UnionType):  # ours are all of one type or None
        inner = checker(next(one for one in arguments if one is not type(None)), build)
        return lambda value, name: None if value is None else inner(value, name)
    if origin is tuple:
        item = checker(arguments[0], build)
        return lambda value, name: tuple(item(one, name) for one in expect(list, value, name))
    if origin is dict:
        held = checker(arguments[1], build)
        return lambda value, name: {key: held(one, name) for key, one in expect(dict, value, name).items()}
    if origin is Literal:
        return lambda value, name: value if value in arguments else expect(type(None), value, name)
    return lambda value, name: float(value) if kind is float and type(value) is int else expect(kind, value, name)


def expect(kind: type, value: Any, name: str) -> Any:
    """The value. Raises ValueError: it is of another type."""
    if type(value) is not kind:
        raise ValueError(f"{name} is no {kind.__name__}")
    return value


def by_schema() -> list[Candidate]:
    """json and jsonschema: what comes out is a checked dictionary."""
    import jsonschema

    schema = msgspec.json.schema(Instance)
    validator = jsonschema.Draft202012Validator(schema)

    def decode(raw: bytes) -> Document:
        document: Document = json.loads(raw)
        validator.validate(document)
        return document

    return [Candidate("json, jsonschema", as_json, as_json, decode)]


def by_oslo() -> list[Candidate]:
    """oslo.versionedobjects and oslo.serialization's jsonutils: how Nova sends its objects."""
    from benchmarks.peers import versioned  # which needs them to be imported

    return [Candidate("oslo.versionedobjects", versioned.write, versioned.encode, versioned.decode)]


def _without(document: Document, name: str) -> Document:
    return {key: value for key, value in document.items() if key != name}


WRONG: dict[str, tuple[str, Document]] = {
    "a wrong type": ("vcpus", DOCUMENT | {"flavor": DOCUMENT["flavor"] | {"vcpus": "two"}}),
    "a missing field": ("uuid", _without(DOCUMENT, "uuid")),
    "an unknown field": ("colour", DOCUMENT | {"colour": "red"}),
}
"""What is wrong, the name that the refusal must have in it, and the document."""


def refusals(candidate: Candidate) -> list[str]:
    """What of :data:`WRONG` is refused, and whether by name."""
    found = []
    for what, (name, document) in WRONG.items():
        try:
            candidate.decode(candidate.write(document))
        except Exception as error:  # noqa: BLE001 - every library has its own
            found.append(what if name in str(error) else f"{what} (not by name)")
    return found


def fastest(function: Callable[[], object], seconds: float) -> float:
    """Microseconds of CPU that it takes at best: what disturbs it only adds."""
    best, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        before = time.thread_time_ns()
        for _ in range(BATCH):
            function()
        best = min(best, (time.thread_time_ns() - before) / BATCH / 1000)
    return best


def measure(candidate: Candidate, seconds: float) -> Found:
    raw = candidate.write(DOCUMENT)
    value = candidate.decode(raw)
    sent = candidate.encode(value)
    if candidate.decode(sent) != value:
        raise SystemExit(f"{candidate.name} does not give back what it was given")
    return Found(
        candidate.name, fastest(lambda: candidate.encode(value), seconds),
        fastest(lambda: candidate.decode(sent), seconds), len(sent), refusals(candidate),
    )


def main() -> None:
    """Measure all, for so many seconds each."""
    for candidate in (*by_msgspec(), *by_pydantic(), *by_hand(), *by_schema(), *by_oslo()):
        print(json.dumps(measure(candidate, float(sys.argv[1]))._asdict()), flush=True)


if __name__ == "__main__":
    main()
