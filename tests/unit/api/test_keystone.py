"""Who asks, by the headers that keystonemiddleware sets."""

from __future__ import annotations

from nova_lite.api.middleware.keystone import context_of_headers

CONFIRMED = {"HTTP_X_IDENTITY_STATUS": "Confirmed", "HTTP_X_USER_ID": "u", "HTTP_X_ROLES": "admin, reader"}


def test_a_token_of_no_project_is_not_of_one_called_none() -> None:
    context = context_of_headers({**CONFIRMED, "HTTP_X_PROJECT_ID": None, "HTTP_X_PROJECT_NAME": None})
    assert context is not None
    assert (context.project_id, context.project_name, context.roles) == ("", "", ("admin", "reader"))


def test_who_is_not_confirmed_is_nobody() -> None:
    assert context_of_headers({**CONFIRMED, "HTTP_X_IDENTITY_STATUS": "Invalid"}) is None
