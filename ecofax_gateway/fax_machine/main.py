"""
The `fax-machine` command: a fax machine to try a gateway or a trunk with.

I/O: sockets, a folder, standard output and error, signals.
"""

import argparse
import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

from .behaviour import MEANINGS, PAGED, Plan
from .logbook import Logbook, tell
from .options import StationOptions, T38Mode
from .station import Station

logger = logging.getLogger(__name__)

REINVITE_AFTER_S = 1.0
"""About what a gateway needs to hear that this is a fax."""

REINVITE_AFTER_UNPACED_S = 0.05


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    conducts = [
        f"  {conduct + (':page' if conduct in PAGED else ''):<18} {meaning}"
        for conduct, meaning in MEANINGS.items()
    ]
    parser.epilog = "\n".join(
        [
            "HOW is name[:page][*calls],... where name is one of",
            *conducts,
            "",
            parser.epilog or "",
        ]
    )
    parser.add_argument(
        "--folder", type=Path, required=True, help="where received faxes are kept"
    )
    parser.add_argument(
        "--bind", default="127.0.0.1", metavar="ADDRESS", help="IP address to listen on"
    )
    parser.add_argument(
        "--port",
        type=int,
        default=5060,
        help="SIP over UDP and TCP; 0: any that is free",
    )
    parser.add_argument(
        "--tls-certificate",
        type=Path,
        metavar="FILE",
        help="take SIP over TLS too; PEM, chain and key",
    )
    parser.add_argument("--tls-port", type=int, default=0, help="0: any that is free")
    parser.add_argument(
        "--station-id",
        default="",
        metavar="ID",
        help="what it calls itself (CSI); the number called, if not given",
    )
    parser.add_argument(
        "--t38",
        type=T38Mode,
        choices=list(T38Mode),
        default=T38Mode.REINVITE,
        help="who changes the call to T.38: us (reinvite), the caller (wait), nobody",
    )
    parser.add_argument(
        "--audio-only",
        dest="t38",
        action="store_const",
        const=T38Mode.REFUSE,
        help="the same as --t38=refuse: 488 to T.38, the fax comes as modem tones",
    )
    parser.add_argument(
        "--max-dpi",
        type=int,
        choices=(98, 196, 391),
        default=391,
        help="finest vertical resolution it admits to",
    )
    parser.add_argument("--no-ecm", action="store_true", help="no error correction")
    parser.add_argument(
        "--unpaced",
        action="store_true",
        help="as fast as the caller can, instead of at the speed of a telephone line",
    )
    parser.add_argument(
        "--behave",
        type=Plan.parse,
        default="good",
        metavar="HOW",
        help="misbehave; see below",
    )
    parser.add_argument(
        "--number",
        action="append",
        type=_number_plan,
        default=[],
        metavar="NUMBER=HOW",
        help="the same for calls to one number; may be given several times",
    )
    parser.add_argument(
        "--until-eof",
        action="store_true",
        help="end when standard input does (for a program that holds this one)",
    )
    parser.add_argument("--verbose", action="store_true", help="log every T.30 signal")


def run(arguments: argparse.Namespace) -> int:
    """
    Answer calls until interrupted; 0, or 1 if it cannot begin.
    """
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.DEBUG if arguments.verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(message)s",
    )
    try:
        logbook = Logbook(arguments.folder)
        asyncio.run(_serve(arguments, logbook))
    except (OSError, ValueError) as error:
        logger.error("cannot begin: %s", error)
        return 1
    return 0


async def _serve(arguments: argparse.Namespace, logbook: Logbook) -> None:
    options = StationOptions(
        station_id=arguments.station_id,
        t38=arguments.t38,
        max_dpi=arguments.max_dpi,
        ecm=not arguments.no_ecm,
        paced=not arguments.unpaced,
        reinvite_after_s=(
            REINVITE_AFTER_UNPACED_S if arguments.unpaced else REINVITE_AFTER_S
        ),
    )
    station = Station(
        arguments.bind,
        options,
        logbook,
        plans=dict(arguments.number),
        default=arguments.behave,
    )
    host, port = await station.open(
        arguments.port,
        certificate=arguments.tls_certificate,
        tls_port=arguments.tls_port,
    )
    loop = asyncio.get_running_loop()
    answering = asyncio.ensure_future(station.answer_calls())
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, answering.cancel)
    if arguments.until_eof:
        loop.add_reader(sys.stdin.fileno(), _end_at_eof, answering)
    # Last, so that whoever reads it can also stop us.
    ready = {"event": "ready", "host": host, "port": port}
    if station.tls_port is not None:
        ready["tls_port"] = station.tls_port
    tell(ready)
    try:
        await answering
    except asyncio.CancelledError:
        logger.info("stopped")
    finally:
        await station.close()


def _end_at_eof(answering: asyncio.Future[None]) -> None:
    if not os.read(sys.stdin.fileno(), 1024):
        answering.cancel()


def _number_plan(text: str) -> tuple[str, Plan]:
    number, equals, plan = text.partition("=")
    if not number or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NUMBER=HOW")
    try:
        return number, Plan.parse(plan)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def main() -> int:
    """The command on its own: `python -m ecofax_gateway.fax_machine.main`."""
    parser = argparse.ArgumentParser(prog="fax-machine", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
