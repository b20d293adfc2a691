"""What can go wrong between two services. Every class keeps the constructor of NovaLiteError.

Unavailable
├── Unroutable         nobody listens on the target: raised at once, nothing was done
│   └── Withdrawn      the chosen server is stopping and did nothing: another is asked, callers do not see it
├── Busy               the chosen server has no room and did nothing: it is asked again, callers do not see it
├── NotConfirmed       neither peer nor broker confirmed a cast: it may or may not be executed
└── PeerLost           the peer or the connection died before it answered: the work may or may not be done
DeadlineExceeded
├── CallTimeout        no answer within the timeout or deadline of the caller
└── Expired            the message was too old when the receiver took it, no handler ran. For its caller CallTimeout
Invalid
└── Refused            the receiver does not understand; its handler never ran
    ├── UnknownEnvelope, UnknownInterface, UnknownMethod, UnsupportedVersion, BadArguments
    └── BadResult      (the handler ran, and returned what its contract does not allow)
Unauthenticated
├── BadSignature       unsigned, signed by an unknown identity, or changed on the way
│   └── UnknownSession the receiver does not know the session: the caller signs instead, its user does not see it
├── NotEncrypted       readable on the wire, where only encrypted messages are taken
└── Replayed           seen before
Conflict └── QueueMismatch     the broker has a queue of that name, made in another way: the service ends with it
TooLarge └── Oversize  more bytes than the bus carries
Unsupported └── CannotSend   the version that the receiver speaks cannot express it, or nobody could read it
RemoteError            the handler raised something that is not a declared error
Poisonous              set aside: it was begun again and again, and no process has lived to end it
"""

from __future__ import annotations

from nova_lite.core.errors import (
    Conflict,
    DeadlineExceeded,
    Invalid,
    NovaLiteError,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unsupported,
)


class Unroutable(Unavailable):
    code = "unroutable"


class Withdrawn(Unroutable):
    code = "withdrawn"


class Busy(Unavailable):
    code = "busy"


class NotConfirmed(Unavailable):
    code = "not_confirmed"


class PeerLost(Unavailable):
    code = "peer_lost"


class CallTimeout(DeadlineExceeded):
    code = "call_timeout"


class Expired(DeadlineExceeded):
    code = "message_expired"


class Refused(Invalid):
    code = "refused"


class UnknownEnvelope(Refused):
    code = "unknown_envelope"


class UnknownInterface(Refused):
    code = "unknown_interface"


class UnknownMethod(Refused):
    code = "unknown_method"


class UnsupportedVersion(Refused):
    code = "unsupported_version"


class BadArguments(Refused):
    code = "bad_arguments"


class BadResult(Refused):
    code = "bad_result"


class BadSignature(Unauthenticated):
    code = "bad_signature"


class UnknownSession(BadSignature):
    code = "unknown_session"


class NotEncrypted(Unauthenticated):
    code = "not_encrypted"


class Replayed(Unauthenticated):
    code = "replayed"


class QueueMismatch(Conflict):
    code = "queue_mismatch"


class Oversize(TooLarge):
    code = "oversize"


class CannotSend(Unsupported):
    code = "cannot_send"


class ContractError(Invalid):
    """A contract or its endpoint is written wrongly; raised when it is declared or served, never on the wire."""

    code = "contract_error"


class Poisonous(NovaLiteError):
    code = "poisonous"


class RemoteError(NovaLiteError):
    """A handler raised what nobody declared. ``remote_code`` is the name of the exception's class there."""

    code = "remote_error"

    @property
    def remote_code(self) -> str:
        return str(self.details.get("remote_code", ""))

    @property
    def trace(self) -> str:
        """The remote traceback as text, for logs and admins."""
        return str(self.details.get("trace", ""))
