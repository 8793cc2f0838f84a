"""
Settings -> how calls leave: the trunks, the engine, and the patience with a number.

I/O: starts the call engine, and the built-in fax machine if a trunk is that.
"""

import asyncio
import contextlib
import errno
import logging
import socket
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from .domain.dialling import Dialling, NumberFormat, parse_rule
from .domain.errors import BadSettings, NotYet
from .domain.outcome import Ending
from .domain.retry import DELAYS, RetryPolicy
from .engine.protocol import TrunkAddress
from .engine.tls import TrustStore
from .fax_machine.child import FaxMachineChild
from .pipeline.way import Way
from .senders.sip_t38 import SipT38Sender
from .settings import Settings
from .settings.addresses import cannot_listen
from .settings.retry import RetrySettings
from .settings.secret_file import read_secret
from .settings.trunk import AUDIO, BUILT_IN, DIRECT, TrunkSettings, split_proxy

logger = logging.getLogger(__name__)

SOMEWHERE = ("192.0.2.1", 5060)
"""An address of nobody (RFC 5737): what leads to it leads to most others."""

TRIAL_STATION = "MACHINE ESSAI"
"What the built-in fax machine calls itself, so that a reply shows where the fax went."


@dataclass(frozen=True, slots=True, kw_only=True)
class Calling:
    """What is needed to call."""

    sender: SipT38Sender
    ways: dict[str, Way]
    "By trunk, in their configured order."


async def open_calling(settings: Settings, stack: contextlib.AsyncExitStack) -> Calling:
    """
    Start the call engine and find the trunks; *stack* ends what was started.

    Raises:
        BadSettings: If a trunk that the settings name cannot be used.
    """
    captures = settings.engine.captures
    bind, port = _bind_address(settings), settings.engine.sip_port
    _try_address(bind, port)
    sender = SipT38Sender(
        bind=bind,
        sip_port=port,
        engine_options=[] if captures is None else [f"--capture={captures}"],
    )
    stack.push_async_callback(sender.close)
    ways, _ = await asyncio.gather(
        asyncio.gather(*(_way(settings, trunk, stack) for trunk in settings.trunks)),
        sender.start(),
    )
    return Calling(sender=sender, ways={way.name: way for way in ways})


def check_trunk(trunk: TrunkSettings) -> None:
    """
    Look whether the files that a trunk's settings name can be used.

    Raises:
        BadSettings: If one cannot.
    """
    _trunk_password(trunk)
    try:
        TrustStore().add(trunk.tls_ca_file, verify=trunk.tls_verify)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise BadSettings(
            [
                f"trunk.tls_ca_file of {trunk.name}: {trunk.tls_ca_file}: {reason};"
                " name a PEM file of authorities"
            ]
        ) from error


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


async def _way(
    settings: Settings, trunk: TrunkSettings, stack: contextlib.AsyncExitStack
) -> Way:
    """One trunk; the built-in fax machine is started if it is that."""
    if trunk.proxy == BUILT_IN:
        address = await _built_in(settings, trunk, stack)
    else:
        address = _address(trunk)
    return Way(
        name=trunk.name,
        address=address,
        dialling=Dialling(
            NumberFormat(trunk.number_format),
            tuple(parse_rule(rule) for rule in trunk.number_rules),
        ),
        caller=trunk.caller_id,
        channels=trunk.channels,
        ring_timeout_s=settings.engine.ring_timeout,
        ecm=trunk.ecm,
        direct_t38=trunk.t38 == DIRECT,
        audio_only=trunk.t38 == AUDIO,
        policy=retry_policy(trunk.retry),
    )


async def _built_in(
    settings: Settings, trunk: TrunkSettings, stack: contextlib.AsyncExitStack
) -> TrunkAddress:
    logger.warning("trunk %s is built-in: no fax leaves this machine", trunk.name)
    is_alone = sum(each.proxy == BUILT_IN for each in settings.trunks) == 1
    name = "fax-machine" if is_alone else f"fax-machine-{trunk.name}"
    machine = FaxMachineChild(
        folder=settings.state / name,
        paced=trunk.paced,
        options=(f"--station-id={TRIAL_STATION}",),
    )
    port = await machine.start()
    stack.push_async_callback(machine.close)
    return TrunkAddress(
        host="127.0.0.1",
        port=port,
        paced=trunk.paced,
        ping_interval_s=trunk.ping_seconds,
    )


def _address(trunk: TrunkSettings) -> TrunkAddress:
    host, port = _host_and_port(trunk)
    return TrunkAddress(
        host=host,
        port=port,
        transport=trunk.transport,
        tls_ca_file=trunk.tls_ca_file,
        tls_verify=trunk.tls_verify,
        username=trunk.username,
        password=_trunk_password(trunk),
        domain=trunk.domain,
        register=trunk.register,
        register_expires_s=trunk.register_seconds,
        ping_interval_s=trunk.ping_seconds,
        paced=trunk.paced,
    )


def _host_and_port(trunk: TrunkSettings) -> tuple[str, int]:
    address = split_proxy(trunk.proxy)
    assert address is not None, "the settings were checked"
    return address


def _trunk_password(trunk: TrunkSettings) -> str:
    setting = f"trunk.password_file of {trunk.name}"
    return read_secret(setting, trunk.password_file) or ""


def _bind_address(settings: Settings) -> str:
    """
    The address that calls leave from.

    Raises:
        BadSettings: If the trunks cannot all be reached from one address.
    """
    if settings.engine.bind:
        return settings.engine.bind
    found = {trunk.name: _address_towards(trunk) for trunk in settings.trunks}
    if len(set(found.values())) > 1:
        told = ", ".join(f"{name} from {address}" for name, address in found.items())
        raise BadSettings(
            [f"engine.bind: name one address that all trunks can answer to ({told})"]
        )
    return next(iter(found.values()))


def _try_address(bind: str, port: int) -> None:
    """
    Find out here whether the engine can have its address: it only says so in its log.

    Raises:
        BadSettings: If it cannot.
    """
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((bind, port))
    except OSError as error:
        setting = "engine.sip_port" if error.errno in _ABOUT_PORTS else "engine.bind"
        raise cannot_listen(setting, f"{bind}:{port}", error) from error


_ABOUT_PORTS = {errno.EADDRINUSE, errno.EACCES}


def _address_towards(trunk: TrunkSettings) -> str:
    """The address of this machine that the system uses towards a trunk."""
    if trunk.proxy == BUILT_IN:
        return "127.0.0.1"
    host, port = _host_and_port(trunk)
    try:
        found = socket.getaddrinfo(host, port or 5060, type=socket.SOCK_DGRAM)
    except OSError:
        # Its name may have SRV records only, or be known later.
        found = socket.getaddrinfo(*SOMEWHERE, type=socket.SOCK_DGRAM)
    # IPv4 where there is both: more networks carry it to the end.
    family, kind, _, _, address = min(found, key=lambda each: each[0] != socket.AF_INET)
    try:
        with socket.socket(family, kind) as probe:
            # Of a datagram socket: chooses a route, sends nothing.
            probe.connect(address)
            return str(probe.getsockname()[0])
    except OSError as error:
        raise NotYet(
            [
                f"trunk.proxy of {trunk.name}: {host} cannot be reached"
                f" ({error.strerror}); set engine.bind if it can be later"
            ]
        ) from error
