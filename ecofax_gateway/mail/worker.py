"""
The process that reads mails: each one in a child of its own, made ready beforehand.

I/O: a control socket on standard input, on which come the sockets of the mails. Its
arguments are the CPU seconds and the bytes of address space that a mail may cost.

This process imports everything and then only waits; for each mail it forks a child
that reads it within limits, answers on the mail's own socket and ends. So a mail costs
no start of an interpreter, no mail meets another's leftovers or can answer for it, and
what a hostile one does to its child is over when the child is.

Standards:
    Linux man-pages 6.7, prctl(2), setrlimit(2)
"""

import ctypes
import os
import resource
import signal
import socket
import struct
import sys
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, NoReturn

from converters.forking import ENDED, READY, sockets_of_children
from converters.sandbox import shut_in

from ..domain.errors import MalformedMessage
from .frame import encode_failure, encode_mail
from .html import visible_text
from .message import Mail, parse_mail
from .part import TextKind, TextPart

REQUEST = struct.Struct(">Q")
"""Bytes of the mail."""

ANSWER = struct.Struct(">IQ")
"""Bytes of the header and of all bodies."""

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4
_libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Wait for mails until nobody is there to bring them."""
    cpu_seconds, address_bytes = map(int, sys.argv[1:])
    shut_in(Path(__file__).parents[1], Path(__file__).parents[2] / "converters")
    # A child runs as the same user: without this it could write into our memory, and so
    # into every later child's.
    _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    control = socket.socket(fileno=0)
    control.send(READY)
    for mail in sockets_of_children(control):
        child = os.fork()
        if child == 0:
            control.close()
            _confine(cpu_seconds, address_bytes)
            _read_one(mail)
        os.close(mail)
        _, status = os.waitpid(child, 0)
        control.send(ENDED.pack(os.waitstatus_to_exitcode(status)))


def _confine(cpu_seconds: int, address_bytes: int) -> None:
    # Where there is no bubblewrap to see to it: no child outlives this process.
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, address_bytes),
        (resource.RLIMIT_NPROC, 0),
        # What one mail left in a file another might come across.
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(what, (most, most))
    # At the hard limit the kernel kills, which might have had any reason; SIGXCPU says it.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))


def _read_one(mail: int) -> NoReturn:
    """Read one mail from its socket, answer, and end."""
    try:
        with open(mail, "rb", closefd=False, buffering=0) as source:
            (length,) = REQUEST.unpack(_exactly(source, REQUEST.size))
            raw = _exactly(source, length)
        header, bodies = encode_mail(_with_seen_texts(parse_mail(raw)))
    except MalformedMessage as error:
        header, bodies = encode_failure(str(error)), []
    except MemoryError:
        header, bodies = encode_failure("takes too much memory"), []
    with open(mail, "wb", closefd=False) as sink:
        sink.write(ANSWER.pack(len(header), sum(map(len, bodies))) + header)
        for body in bodies:
            sink.write(body)
    # Straight out: nothing of the parent's is to be tidied up here.
    os._exit(0)


def _exactly(source: BinaryIO, length: int) -> bytes:
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
