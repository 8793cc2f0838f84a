"""
Every error of our own, in one tree.

Pure: no I/O, no clock, no randomness.

* `EcofaxError`
    * `OrderRefused` -- what the requester asked for cannot be carried out
    * `MailRefused` -- a mail is not taken in; its sender's server is told
    * `TooManyGuesses` -- wrong passwords, more than a person types
    * `BadSettings` -- the operator's configuration, every mistake at once
        * `NotYet` -- what it names is taken, or not there yet; try again
    * `Malformed` -- bytes that break a standard
        * `MalformedMessage` -- SIP, SDP or mail
        * `MalformedPacket` -- UDPTL or IFP
    * `StoreUnavailable` -- the database or the spool; nothing is lost, try again
        * `StoreTooNew` -- the database belongs to a newer version of this program
    * `NodeDisplaced` -- this node was declared dead, or its name was taken
    * `EngineLost` -- the call engine's process ended under its calls

A converter's own error is `converters.contract.ConversionFailed`: it knows no mail.
How a call ended is no error but a value: `domain.outcome.Outcome`.
"""

from collections.abc import Sequence


class EcofaxError(Exception):
    """Anything this program says went wrong."""


class OrderRefused(EcofaxError):
    """
    What the requester asked for cannot be carried out.

    Args:
        for_requester: French sentences for the person who wrote; no host, no path,
            and never the password.

        code: One word for logs and statistics, e.g. "bad-password".

        codes: That of each mistake, if there are several.
    """

    def __init__(
        self, for_requester: str, *, code: str, codes: Sequence[str] = ()
    ) -> None:
        super().__init__(code)
        self.for_requester = for_requester
        self.code = code
        self.codes = tuple(codes) or (code,)


class MailRefused(EcofaxError):
    """
    A mail is not taken in.

    Args:
        reply: To the client: code, enhanced code, sentence; US-ASCII, no password. It
            may have several lines, which then all begin with the code.
    """

    def __init__(self, reply: str) -> None:
        super().__init__(reply[:3])
        self.reply = reply


class TooManyGuesses(EcofaxError):
    """Wrong passwords, more than a person types: whoever it is has to wait."""


class BadSettings(EcofaxError):
    """
    The configuration is wrong.

    Args:
        mistakes: Each names the key and what to write instead.
    """

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = tuple(mistakes)


class NotYet(BadSettings):
    """What the settings name cannot be used at this moment: the next may do."""


class Malformed(EcofaxError):
    """Bytes that break a standard; the message says which rule."""


class MalformedMessage(Malformed):
    """A SIP message, an SDP body or a mail that cannot be read."""


class MalformedPacket(Malformed):
    """A UDPTL datagram or an IFP packet that cannot be read."""


class StoreUnavailable(EcofaxError):
    """The database or the spool does not answer; what was accepted is still there."""


class StoreFull(StoreUnavailable):
    """The disk of the database or of the spool has no room."""


class StoreTooNew(StoreUnavailable):
    """The database was migrated by a newer version; this one must not touch it."""


class NodeDisplaced(EcofaxError):
    """Other nodes believe this one dead; it had to stop, and may start again."""


class EngineLost(EcofaxError):
    """The call engine's process ended; what its calls came to is unknown."""
