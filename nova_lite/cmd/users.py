"""The users as whom our daemons ask other services, from settings."""

from __future__ import annotations

from nova_lite.conf.api import ImageSettings, KeystoneSettings
from nova_lite.conf.compute import ComputeSettings
from nova_lite.image.session import Credentials


def keystone_user(options: KeystoneSettings) -> Credentials:
    """The API's in the Keystone that validates tokens."""
    return _credentials(options)


def image_user(options: ImageSettings | ComputeSettings) -> Credentials:
    """The API's, or compute's, in the image service."""
    return _credentials(options)


def _credentials(options: KeystoneSettings | ImageSettings | ComputeSettings) -> Credentials:
    return Credentials(
        auth_url=options.auth_url, username=options.username, password=options.password,
        project_name=options.project_name, user_domain=options.user_domain_name,
        project_domain=options.project_domain_name,
    )
