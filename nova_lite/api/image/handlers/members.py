"""Members: with which projects an image is shared."""

from __future__ import annotations

from nova_lite.api.image.handlers.images import seen, target, visible
from nova_lite.api.image.services import ImageServices
from nova_lite.api.image.views import members as views
from nova_lite.api.request import Json, Request
from nova_lite.image import rules
from nova_lite.objects.image import MemberStatus


def index(request: Request[ImageServices]) -> Json:
    """All members for the owner; a member sees itself."""
    return views.index(request.services.members.find(request.context, visible(request)))


def show(request: Request[ImageServices]) -> Json:
    """One member."""
    return views.show(request.services.members.show(request.context, visible(request), request.path["member_id"]))


def add(request: Request[ImageServices]) -> Json:
    """Share with a project."""
    return views.show(request.services.members.add(visible(request), str(request.body["member"])))


def answer(request: Request[ImageServices]) -> Json:
    """What the project says to it; the owner cannot say it for the project."""
    image = seen(request)
    rules.check_shared(image)
    member_id = request.path["member_id"]
    request.authorize({**target(request, image), "member_id": member_id})
    member = request.services.members.show(request.context, image, member_id)
    return views.show(request.services.members.answer(member, MemberStatus(str(request.body["status"]))))


def remove(request: Request[ImageServices]) -> None:
    """End a sharing."""
    request.services.members.remove(visible(request), request.path["member_id"])
