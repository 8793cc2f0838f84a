"""
The process that reads mails: each one in a child of its own, made ready beforehand.

I/O: mails on standard input, what was read of them on standard output. Its arguments
are the CPU seconds and the bytes of address space that a mail may cost.

This process imports everything and then only waits; for each mail it forks a child
that reads it within limits and ends. So a mail costs no start of an interpreter, no
mail meets another's leftovers, and what a hostile one does to its child is over when
the child is. If a child dies of its mail, this process ends too, with the status that
tells of what: its parent starts another.
"""

import ctypes
import os
import resource
import signal
import struct
import sys
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from converters.sandbox import shut_in

from ..domain.errors import MalformedMessage
from .frame import encode_failure, encode_mail
from .html import visible_text
from .message import Mail, parse_mail
from .part import TextKind, TextPart

READY = b"\x06"
"""Said once, when mails can come."""

GO = b"\x01"
"""Before each mail; the parent process takes this byte, the child the rest."""

REQUEST = struct.Struct(">Q")
"""Bytes of the mail."""

ANSWER = struct.Struct(">IQ")
"""Bytes of the header and of all bodies."""

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)

_SIGNALLED = 128
"""Added to the number of the signal that a child died of, as shells do."""


def main() -> None:
    """Wait for mails until standard input ends."""
    cpu_seconds, address_bytes = map(int, sys.argv[1:])
    shut_in(Path(__file__).parents[1], Path(__file__).parents[2] / "converters")
    os.write(1, READY)
    while os.read(0, len(GO)):
        child = os.fork()
        if child == 0:
            _confine(cpu_seconds, address_bytes)
            _read_one()
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        if code:
            os._exit(_SIGNALLED - code if code < 0 else code)


def _confine(cpu_seconds: int, address_bytes: int) -> None:
    # Where there is no bubblewrap to see to it: no child outlives this process.
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, address_bytes),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(what, (most, most))
    # At the hard limit the kernel kills, which might have had any reason; SIGXCPU says it.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))


def _read_one() -> None:
    """Read one mail, answer, and end."""
    try:
        with open(0, "rb", closefd=False, buffering=0) as source:
            (length,) = REQUEST.unpack(_exactly(source, REQUEST.size))
            raw = _exactly(source, length)
        header, bodies = encode_mail(_with_seen_texts(parse_mail(raw)))
    except MalformedMessage as error:
        header, bodies = encode_failure(str(error)), []
    except MemoryError:
        header, bodies = encode_failure("takes too much memory"), []
    with open(1, "wb", closefd=False) as sink:
        sink.write(ANSWER.pack(len(header), sum(map(len, bodies))) + header)
        for body in bodies:
            sink.write(body)
    # Straight out: nothing of the parent's is to be tidied up here.
    os._exit(0)


def _exactly(source: BinaryIO, length: int) -> bytes:
    """Read no byte more: the next mail's first one belongs to the parent."""
    pieces = []
    while length > 0:
        piece = source.read(min(length, 1024 * 1024))
        if not piece:
            os._exit(1)
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)


def _with_seen_texts(mail: Mail) -> Mail:
    """HTML is laid out here too: its parser is a library in C."""
    texts = tuple(
        TextPart(TextKind.SEEN, visible_text(part.text))
        if part.kind is TextKind.HTML
        else part
        for part in mail.texts
    )
    return replace(mail, texts=texts)


if __name__ == "__main__":
    main()
