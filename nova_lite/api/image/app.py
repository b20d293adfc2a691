"""The image dialect's application: its routes and its rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from nova_lite.api.dialect import Dialect, Frame
from nova_lite.api.elsewhere import Elsewhere
from nova_lite.api.image import json_patch, policies, versions
from nova_lite.api.image.handlers import data, images, imports, members, schemas, tags
from nova_lite.api.image.policies import images as image_rules
from nova_lite.api.image.policies import members as member_rules
from nova_lite.api.image.policies import tasks as task_rules
from nova_lite.api.image.schemas.images import CHECKED
from nova_lite.api.image.schemas.imports import IMPORT
from nova_lite.api.image.schemas.members import ADD, ANSWER
from nova_lite.api.image.services import ImageServices
from nova_lite.api.openapi.service import documented
from nova_lite.api.request import Json, Reply, Request
from nova_lite.api.routing import Route
from nova_lite.api.services import services_of
from nova_lite.core.errors import NotFound

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

RULES = policies.RULES

_ONE = "/v2/images/{image_id}"

Handler = Callable[[Request[ImageServices]], Json | Reply | None]


def _public(path: str, handler: Handler) -> Route[ImageServices]:
    return Route(method="GET", path=path, handler=handler, public=True)


def _late(method: str, path: str, handler: Handler, rule: str, success: int = 200) -> Route[ImageServices]:
    return Route(method=method, path=path, handler=handler, rule=rule, late=True, success=success)


ROUTES: tuple[Route[ImageServices], ...] = (
    _public("/", versions.choices),
    _public("/versions", versions.index),
    _public("/v2", versions.index),
    Route(method="POST", path="/v2/images", handler=images.create, rule=image_rules.ADD, body=CHECKED, success=201),
    Route(method="GET", path="/v2/images", handler=images.index, rule=image_rules.LIST),
    _late("GET", _ONE, images.show, image_rules.GET),
    Route(method="PATCH", path=_ONE, handler=images.update, rule=image_rules.MODIFY, late=True, body_kind="stream",
          media=(json_patch.V21, json_patch.V20)),
    _late("DELETE", _ONE, images.delete, image_rules.DELETE, 204),
    _late("POST", f"{_ONE}/actions/deactivate", images.deactivate, image_rules.DEACTIVATE, 204),
    _late("POST", f"{_ONE}/actions/reactivate", images.reactivate, image_rules.REACTIVATE, 204),
    _late("GET", f"{_ONE}/tasks", images.tasks, image_rules.GET),
    Route(
        method="PUT", path=f"{_ONE}/file", handler=data.upload, rule=image_rules.UPLOAD, late=True,
        body_kind="stream", success=204,
    ),
    _late("GET", f"{_ONE}/file", data.download, image_rules.DOWNLOAD),
    _late("PUT", _ONE + "/tags/{tag}", tags.add, image_rules.MODIFY, 204),
    _late("DELETE", _ONE + "/tags/{tag}", tags.remove, image_rules.MODIFY, 204),
    _late("GET", f"{_ONE}/members", members.index, member_rules.LIST),
    Route(method="POST", path=f"{_ONE}/members", handler=members.add, rule=member_rules.ADD, late=True, body=ADD),
    _late("GET", _ONE + "/members/{member_id}", members.show, member_rules.GET),
    Route(
        method="PUT", path=_ONE + "/members/{member_id}", handler=members.answer, rule=member_rules.MODIFY, late=True,
        body=ANSWER,
    ),
    _late("DELETE", _ONE + "/members/{member_id}", members.remove, member_rules.DELETE, 204),
    Route(method="GET", path="/v2/schemas/{name}", handler=schemas.show),
    Route(
        method="PUT", path=f"{_ONE}/stage", handler=imports.stage, rule=image_rules.MODIFY, late=True,
        body_kind="stream", success=204,
    ),
    Route(
        method="POST", path=f"{_ONE}/import", handler=imports.begin, rule=image_rules.MODIFY, late=True, body=IMPORT,
        success=202,
    ),
    Route(method="GET", path="/v2/info/import", handler=imports.methods),
    Route(method="GET", path="/v2/info/stores", handler=imports.stores),
    Route(method="GET", path="/v2/tasks", handler=imports.tasks, rule=task_rules.ACCESS),
    Route(method="GET", path="/v2/tasks/{task_id}", handler=imports.task, rule=task_rules.ACCESS),
)


class ImageApplication:
    """The application at ``/image``.

    Glance tells an image without an id, ``/v2/images/``, from the collection: it is not found, whatever the method.
    """

    def __init__(self, services: ImageServices, frame: Frame) -> None:
        self._dialect = Dialect(documented(ROUTES, "image", "/image"), services, frame, belongs=True)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO", "").rstrip("/").count("/") >= 2 and environ["PATH_INFO"].endswith("/"):
            raise NotFound("The resource could not be found.")
        return self._dialect(environ, start_response)


def app_factory(global_conf: dict[str, object], **_: str) -> ImageApplication | Elsewhere:
    """Paste application."""
    services = services_of(global_conf)
    if isinstance(services.image, str):
        return Elsewhere("image", services.image)
    return ImageApplication(services.image, services.frame)
