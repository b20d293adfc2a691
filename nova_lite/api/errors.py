"""Errors that exist only on HTTP. All others come from the rooms that know them.

Invalid
├── MethodNotAllowed       the path is there, the verb is not (405); details: allow
├── NotAcceptable          a version that is not served (406)
└── UnsupportedMediaType   a body in a language that is not spoken here (415)
NotFound
└── Gone                   what was served by older releases (410)
"""

from __future__ import annotations

from nova_lite.core.errors import Invalid, NotFound


class MethodNotAllowed(Invalid):
    code = "method_not_allowed"


class NotAcceptable(Invalid):
    code = "not_acceptable"


class UnsupportedMediaType(Invalid):
    code = "unsupported_media_type"


class Gone(NotFound):
    code = "gone"
