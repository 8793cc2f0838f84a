"""
The systemd unit starts what `./ecofax install` puts there.
"""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
UNIT = (ROOT / "systemd/ecofax-gateway.service").read_text()
SCRIPT = (ROOT / "ecofax").read_text()


def values(key):
    return re.findall(rf"^{key}=(.*)$", UNIT, re.MULTILINE)


def test_the_script_is_sound_shell():
    subprocess.run(["bash", "-n", ROOT / "ecofax"], check=True)


def test_it_starts_what_is_installed():
    [start] = values("ExecStart")
    program, config = start.split()[0], start.split()[-1]

    assert "prefix=/opt/ecofax-gateway" in SCRIPT
    assert program == "/opt/ecofax-gateway/bin/ecofax-gateway"
    assert f"config={config}" in SCRIPT
    assert f"state=/var/lib/{values('StateDirectory')[0]}" in SCRIPT
    assert f"{values('User')[0]}\n" in SCRIPT.replace(" ||", "\n")


def test_it_is_told_when_mail_can_come_and_is_no_root():
    assert values("Type") == ["notify"]
    assert values("User") == ["ecofax"]
    assert values("RestartPreventExitStatus") == ["2"]
    assert values("NoNewPrivileges") == ["yes"]


def test_it_lets_converters_build_their_walls_and_their_fences():
    """
    bubblewrap needs namespaces, mounts and the whole of /proc; LibreOffice memory that it
    writes and runs. What no conversion needs stays forbidden.
    """
    allowed = " ".join(values("SystemCallFilter")).split()
    namespaces = values("RestrictNamespaces")[0].split()

    assert {"user", "mnt", "net", "pid", "ipc"} <= set(namespaces)
    assert {"@system-service", "@mount"} <= set(allowed)
    assert {
        "landlock_create_ruleset",
        "landlock_add_rule",
        "landlock_restrict_self",
    } <= set(allowed)
    for key in ("MemoryDenyWriteExecute", "ProtectKernelTunables", "ProcSubset"):
        assert values(key) == []
    assert values("ProtectSystem") == ["strict"]
    assert values("ProtectHome") == values("PrivateTmp") == ["yes"]
    # `service.keep_powers_to_itself` hands it to no child: bubblewrap would not start.
    assert values("CapabilityBoundingSet") == ["CAP_NET_BIND_SERVICE"]
    assert values("AmbientCapabilities") == ["CAP_NET_BIND_SERVICE"]


def test_it_goes_on_whatever_happens_at_night():
    assert values("Restart") == ["on-failure"]
    assert values("StartLimitIntervalSec") == ["0"]
    assert values("OOMPolicy") == ["continue"]
    assert values("LimitCORE") == ["0"]


def test_calls_have_time_to_finish_at_a_stop():
    from ecofax_gateway.daemon import CALL_GRACE_SECONDS

    assert int(values("TimeoutStopSec")[0]) > CALL_GRACE_SECONDS + 10
