"""Paste composite: one of several pipelines, by who validates tokens (``[api] auth_strategy``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from nova_lite.api.services import services_of
from nova_lite.conf.api import EMBEDDED, KEYSTONE, KeystoneSettings

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication


class Filter(Protocol):
    """What a Paste filter factory makes."""

    def __call__(self, application: WSGIApplication) -> WSGIApplication: ...


class Loader(Protocol):
    """Paste's: filters and applications by section name."""

    def get_app(self, name: str, global_conf: dict[str, object]) -> WSGIApplication: ...

    def get_filter(self, name: str, global_conf: dict[str, object]) -> Filter: ...


def composite_factory(loader: Loader, global_conf: dict[str, object], **pipelines: str) -> WSGIApplication:
    """Options are ``embedded`` and ``keystone``, each a list of filters with the application at its end.

    :raises LookupError: the strategy that is configured has no pipeline.
    """
    strategy = KEYSTONE if isinstance(services_of(global_conf).tokens, KeystoneSettings) else EMBEDDED
    if strategy not in pipelines:
        raise LookupError(f"the paste configuration has no pipeline for [api] auth_strategy = {strategy}")
    *filters, name = pipelines[strategy].split()
    application = loader.get_app(name, global_conf)
    for each in reversed(filters):
        application = loader.get_filter(each, global_conf)(application)
    return application
