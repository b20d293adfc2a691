"""POST /bus/enrolment: a new machine's key becomes trusted on the bus. The ticket is its only credential."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import webob

from nova_lite.api.bodies import read_json
from nova_lite.api.errors import MethodNotAllowed
from nova_lite.api.services import services_of
from nova_lite.core.clock import Clock
from nova_lite.core.errors import Forbidden, Invalid, NotFound
from nova_lite.db.reads import enrolment as reads
from nova_lite.db.session import Database
from nova_lite.db.writes import enrolment as writes
from nova_lite.rpc.enrolment import Application, Welcome, check_application, welcome

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

LIMIT = 16 * 1024  # bytes of an application
CENTRAL = ("nova-api", "nova-conductor", "nova-scheduler")  # whom a compute is to trust


class Registrar:
    """Accepts applications. ``trusted`` is the directory of the public keys of this machine's daemons."""

    def __init__(self, database: Database, trusted: Path, clock: Clock) -> None:
        self._database, self._trusted, self._clock = database, trusted, clock

    def accept(self, application: Application) -> Welcome:
        """Use the ticket up and keep the key; daemons trust it when they next look.

        :raises Forbidden: the ticket is unknown, used, expired or another's, or does not prove the application.
        """
        now = self._clock.now()
        with self._database.read() as tx:
            key = reads.ticket_key(tx, application.ticket, application.identity, now)
        if key is None:
            raise Forbidden("the ticket is unknown, used, expired, or for another identity")
        check_application(application, key)
        self._database.transact(
            lambda tx: writes.enrol(tx, application.ticket, application.identity, application.public_key, now)
        )
        return welcome(application, key, self._keys_for(application.identity))

    def _keys_for(self, identity: str) -> dict[str, str]:
        """Computes talk with the central services only; those talk with everybody."""
        everybody = identity.partition("@")[0] != "nova-compute"
        paths = sorted(self._trusted.glob("*.pub"))
        return {path.stem: path.read_text() for path in paths if everybody or path.stem.partition("@")[0] in CENTRAL}


class EnrolmentApp:
    """The registrar over HTTP."""

    def __init__(self, registrar: Registrar) -> None:
        self._registrar = registrar

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        http = webob.Request(environ)
        if http.path_info != "/enrolment":
            raise NotFound("The resource could not be found.")
        if http.method != "POST":
            raise MethodNotAllowed("Only POST is allowed here.")
        try:
            application = msgspec.convert(read_json(http, LIMIT), Application)
        except msgspec.ValidationError as error:
            raise Invalid(f"Invalid application: {error}") from None
        body = msgspec.json.encode(self._registrar.accept(application))
        return webob.Response(status=201, body=body, content_type="application/json")(environ, start_response)


def app_factory(global_conf: dict[str, object], **_: str) -> EnrolmentApp:
    """Paste application."""
    return EnrolmentApp(services_of(global_conf).registrar)
