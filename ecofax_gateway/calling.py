"""
Settings -> how calls leave: the trunk, the engine, and the patience with a number.

I/O: starts the call engine, and the built-in fax machine if the trunk is that.
"""

import asyncio
import contextlib
import logging
import socket
from datetime import timedelta
from pathlib import Path

from .domain.errors import BadSettings
from .domain.number import FaxNumber
from .domain.outcome import Ending
from .domain.retry import DELAYS, RetryPolicy
from .engine.protocol import TrunkAddress
from .fax_machine.child import FaxMachineChild
from .pipeline.transmit import Way
from .senders.sip_t38 import SipT38Sender
from .settings import BUILT_IN, RetrySettings, Settings, TrunkSettings

logger = logging.getLogger(__name__)

TRIAL_STATION = "MACHINE ESSAI"
"What the built-in fax machine calls itself, so that a reply shows where the fax went."


async def open_calling(
    settings: Settings, stack: contextlib.AsyncExitStack
) -> tuple[SipT38Sender, Way]:
    """
    Start the call engine and find the trunk; *stack* ends what was started.

    Raises:
        BadSettings: If the trunk that the settings name cannot be used.
    """
    sender = SipT38Sender(
        bind=_bind_address(settings), sip_port=settings.engine.sip_port
    )
    stack.push_async_callback(sender.close)
    way, _ = await asyncio.gather(_way(settings, stack), sender.start())
    return sender, way


def calls_folder(state: Path) -> Path:
    """For page files of calls under way; what a life before left there goes."""
    folder = state / "calls"
    folder.mkdir(mode=0o700, exist_ok=True)
    for left in folder.iterdir():
        left.unlink()
    return folder


def retry_policy(settings: RetrySettings) -> RetryPolicy:
    """The settings as the decision's own words."""
    seconds = {
        Ending.BUSY: settings.busy,
        Ending.NO_ANSWER: settings.no_answer,
        Ending.UNREACHABLE: settings.no_answer,
        Ending.NOT_A_FAX: settings.no_fax,
        Ending.T38_REFUSED: settings.no_fax,
        Ending.HANDSHAKE_FAILED: settings.no_fax,
        Ending.PAGE_REFUSED: settings.cut_off,
        Ending.CUT_OFF: settings.cut_off,
        # With the one that broke the call, so that they may share the next one too.
        Ending.NOT_REACHED: settings.cut_off,
        Ending.STALLED: settings.cut_off,
        Ending.PROTOCOL_ERROR: settings.cut_off,
        Ending.TRUNK_FAULT: settings.trunk_fault,
        Ending.LOCAL_FAULT: settings.trunk_fault,
    }
    assert seconds.keys() == DELAYS.keys()
    return RetryPolicy(
        max_with_carrier=settings.max_with_carrier,
        max_dials=settings.max_dials,
        give_up_after=timedelta(hours=settings.give_up_hours),
        delays={ending: timedelta(seconds=value) for ending, value in seconds.items()},
    )


async def _way(settings: Settings, stack: contextlib.AsyncExitStack) -> Way:
    """The trunk; the built-in fax machine is started if it is that."""
    trunk = settings.trunk
    if trunk.proxy == BUILT_IN:
        logger.warning("the trunk is built-in: no fax leaves this machine")
        machine = FaxMachineChild(
            folder=settings.state / "fax-machine",
            paced=trunk.paced,
            options=(f"--station-id={TRIAL_STATION}",),
        )
        port = await machine.start()
        stack.push_async_callback(machine.close)
        address = TrunkAddress(host="127.0.0.1", port=port, paced=trunk.paced)
    else:
        host, _, port_text = trunk.proxy.partition(":")
        address = TrunkAddress(
            host=host,
            port=int(port_text or 5060),
            username=trunk.username,
            password=_trunk_password(trunk),
            domain=trunk.domain,
            paced=trunk.paced,
        )
    return Way(
        trunk=address,
        dial=_e164 if trunk.number_format == "e164" else _national,
        channels=trunk.channels,
        ring_timeout_s=settings.engine.ring_timeout,
        ecm=trunk.ecm,
    )


def _national(number: FaxNumber) -> str:
    return number.national


def _e164(number: FaxNumber) -> str:
    return number.e164


def _trunk_password(trunk: TrunkSettings) -> str:
    if not trunk.password_file:
        return ""
    try:
        return Path(trunk.password_file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadSettings(
            [f"trunk.password_file: {trunk.password_file}: {error.strerror}"]
        ) from error


def _bind_address(settings: Settings) -> str:
    """The address that calls leave from."""
    if settings.trunk.proxy == BUILT_IN:
        return "127.0.0.1"
    if settings.engine.bind:
        return settings.engine.bind
    host, _, port = settings.trunk.proxy.partition(":")
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, int(port or 5060), socket.AF_INET, socket.SOCK_DGRAM
        )[0]
        with socket.socket(family, kind) as probe:
            probe.connect(
                address
            )  # of a datagram socket: chooses a route, sends nothing
            return str(probe.getsockname()[0])
    except OSError as error:
        raise BadSettings(
            [
                f"trunk.proxy: {host} cannot be reached ({error}); set engine.bind if its"
                " name is known only later"
            ]
        ) from error
