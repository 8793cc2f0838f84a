"""
The whole configuration, and what follows from it.

I/O: reads the environment.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from ..domain.document import Quality
from ..domain.errors import BadSettings
from ..domain.route import Carrier
from .console import ConsoleSettings
from .conversion import ConversionSettings
from .engine import EngineSettings
from .gateway import GatewaySettings
from .replies import ReplySettings
from .retry import RetrySettings
from .smtp import SmtpSettings
from .store import StoreSettings
from .trunk import BUILT_IN_TRUNK, TrunkSettings
from .trust import TrustSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole configuration."""

    gateway: GatewaySettings = field(default_factory=GatewaySettings)
    smtp: SmtpSettings = field(default_factory=SmtpSettings)
    console: ConsoleSettings = field(default_factory=ConsoleSettings)
    trust: TrustSettings = field(default_factory=TrustSettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    replies: ReplySettings = field(default_factory=ReplySettings)
    conversion: ConversionSettings = field(default_factory=ConversionSettings)
    engine: EngineSettings = field(default_factory=EngineSettings)
    retry: RetrySettings = field(default_factory=RetrySettings)
    trunks: tuple[TrunkSettings, ...] = (BUILT_IN_TRUNK,)
    "In the file: [trunk], or [[trunk]] once for each. Their order counts."

    embedded: bool = False
    "True without a configuration file: a demo line is made, see `daemon`."

    @property
    def state(self) -> Path:
        """
        The state folder, absolute; not made here.

        Raises:
            BadSettings: If it is to be below the home of a user who has none.
        """
        named = self.gateway.state or os.environ.get("STATE_DIRECTORY", "")
        if named:
            return Path(named).expanduser().absolute()
        home = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
        try:
            return (Path(home) / "ecofax-gateway").expanduser().absolute()
        except RuntimeError:
            raise BadSettings(
                ["gateway.state: this user has no home; name a folder"]
            ) from None

    @property
    def carriers(self) -> tuple[Carrier, ...]:
        """What each trunk serves, and for how much."""
        return tuple(
            Carrier(
                name=trunk.name,
                prefixes=trunk.prefixes,
                qualities=frozenset(map(Quality, trunk.qualities or Quality)),
                cost_per_minute=trunk.cost_per_minute,
                cost_by_prefix=trunk.prices,
            )
            for trunk in self.trunks
        )

    @property
    def database_url(self) -> str:
        """The database's URL, with the default filled in."""
        return self.store.database or f"sqlite:///{self.state / 'ecofax.sqlite'}"

    @property
    def reply_folder(self) -> Path:
        """Where replies are written when they go to a folder."""
        return Path(self.replies.folder or self.state / "replies")

    @property
    def zone(self) -> ZoneInfo:
        """The zone of every date that a person reads."""
        return ZoneInfo(self.gateway.time_zone)
