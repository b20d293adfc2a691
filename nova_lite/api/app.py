"""The whole application, assembled by Paste.Deploy from a configuration file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from paste.deploy import loadwsgi

from nova_lite.api.services import SERVICES, ApiServices

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication


def load(paste_config: Path, services: ApiServices, name: str = "main") -> WSGIApplication:
    """The application of section ``name``.

    Factories find ``services`` in their global configuration (``services_of``). Paste's own ``loadapp`` would try to
    interpolate it as text, so its loader is asked directly; filters of other projects are welcome in the file.

    :raises LookupError: the file has no such section, or a section names what is not there.
    """
    loader = loadwsgi.ConfigLoader(str(paste_config))
    context = loader.get_context(loadwsgi.APP, name, global_conf={SERVICES: services})
    application: WSGIApplication = context.create()
    return application
