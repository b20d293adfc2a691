"""Options of the HTTP API."""

from __future__ import annotations

import dataclasses

from nova_lite.conf.options import option

EMBEDDED, KEYSTONE = "embedded", "keystone"  # who validates tokens

@dataclasses.dataclass(frozen=True, kw_only=True)
class ApiSettings:
    """[api]"""

    listen: str = option("127.0.0.1", "Address to listen on.")
    port: int = option(8774, "Port to listen on.", minimum=1, maximum=65535)
    workers: int = option(2, "Worker processes.", minimum=1)
    concurrency: int = option(200, "Requests that one worker serves at a time.", minimum=1)
    paste_config: str = option("", "Paste.Deploy file of the pipeline. Empty: the one that comes with nova-lite.")
    policy_file: str = option("", "File of policy rules that replace the defaults. Empty: defaults only.")
    public_url: str = option("http://127.0.0.1:8774", "What clients call this API: scheme, host and port.")
    max_request_body: int = option(114688, "Bytes that a request body other than an image may have.", minimum=1024)
    allow_resize_to_same_host: bool = option(
        True, "Resize servers on the host where they are if that has the room; otherwise always on another one.",
    )
    page_size: int = option(1000, "Items of a listing that one answer holds at most.", minimum=1)
    auth_strategy: str = option(
        EMBEDDED, "Who says who somebody is: the identity service of this API, or a Keystone ([keystone_authtoken]).",
        choices=(EMBEDDED, KEYSTONE),
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class KeystoneSettings:
    """[keystone_authtoken]: names and meanings are keystonemiddleware's"""

    auth_url: str = option("", "The Keystone that tokens are checked at, with or without /v3.")
    www_authenticate_uri: str = option("", "Its address for clients. Empty: auth_url.")
    username: str = option("nova", "User as whom tokens are checked.")
    password: str = option("", "That user's password.", secret=True)
    project_name: str = option("service", "That user's project.")
    user_domain_name: str = option("Default", "That user's domain.")
    project_domain_name: str = option("Default", "That project's domain.")
    region_name: str = option("", "Region whose Keystone is asked. Empty: any.")
    interface: str = option("internal", "Kind of its endpoint that is asked.", choices=("internal", "public", "admin"))
    cafile: str = option("", "Certificates of authorities that may sign Keystone's. Empty: those of the system.")
    insecure: bool = option(False, "Do not verify Keystone's certificate.")
    memcached_servers: tuple[str, ...] = option((), "Where validated tokens are kept. Empty: in each worker.")
    token_cache_time: int = option(
        10, "Seconds for which a validated token is not asked about again; a revoked one may live as long.", minimum=1,
    )
    service_token_roles: tuple[str, ...] = option(("service",), "Roles that make a token a service's.")
    service_token_roles_required: bool = option(True, "Refuse service tokens without any of these roles.")


@dataclasses.dataclass(frozen=True, kw_only=True)
class QuotaSettings:
    """[quota]"""

    instances: int = option(10, "Servers that a project may have; -1: no limit.", minimum=-1)
    cores: int = option(20, "Virtual CPUs that a project's servers may have together; -1: no limit.", minimum=-1)
    ram: int = option(51200, "MiB of memory that a project's servers may have together; -1: no limit.", minimum=-1)
    key_pairs: int = option(100, "Key pairs that a user may have; -1: no limit.", minimum=-1)
    metadata_items: int = option(128, "Metadata items that a server may have; -1: no limit.", minimum=-1)


@dataclasses.dataclass(frozen=True, kw_only=True)
class IdentitySettings:
    """[identity]"""

    token_key_dir: str = option("/etc/nova-lite/tokens", "Directory of the keys that sign tokens.")
    token_ttl: float = option(3600.0, "Seconds that a token is good for.", minimum=1)
    region: str = option("RegionOne", "Name of this region in the catalog.")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ImageSettings:
    """[image]"""

    url: str = option(
        "", "A Glance to use instead of the embedded image service, with or without /v2. Empty: embedded."
    )
    auth_url: str = option("http://127.0.0.1:8774/identity/v3", "Identity service whose tokens that Glance takes.")
    username: str = option("nova", "User as whom it is asked; it must be an administrator there.")
    password: str = option("", "That user's password.", secret=True)
    project_name: str = option("service", "That user's project.")
    user_domain_name: str = option("Default", "That user's domain.")
    project_domain_name: str = option("Default", "That project's domain.")
    store_dir: str = option("", "Directory of the images' data. Empty: images/ under state_path.")
    max_image_size: int = option(64 << 30, "Bytes that an image may have.", minimum=1)
    import_methods: tuple[str, ...] = option(
        ("glance-direct", "web-download"),
        "Ways to import images: glance-direct (staged), web-download (fetched by us).",
    )
    web_download_networks: tuple[str, ...] = option(
        (), "Networks (CIDR) from which web-download may fetch, on any port, beside ports 80 and 443 of the public "
        "internet."
    )
    require_format_match: bool = option(
        True, "Refuse images whose content is not of the format they declare. Unsafe content is refused either way."
    )
