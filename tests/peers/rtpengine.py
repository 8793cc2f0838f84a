"""
rtpengine as the carrier's gateway between T.38 and modem tones, kamailio before it.

I/O: one kamailio and one rtpengine on ports of the loopback.
"""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from bench.ports import free_port

from .program import is_bound, running, until

CONFIG = """\
#!KAMAILIO
debug=1
log_stderror=yes
children=1
auto_aliases=no
disable_tcp=yes
dns=no
rev_dns=no
listen=udp:127.0.0.1:{port}
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "rtpengine.so"
modparam("rtpengine", "rtpengine_sock", "udp:127.0.0.1:{ng_port}")
request_route {{
    if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
    if (has_totag()) {{
        if (is_method("BYE")) rtpengine_delete();
        if (loose_route()) {{ t_relay(); exit; }}
        if (is_method("ACK")) {{ if (t_check_trans()) t_relay(); exit; }}
        sl_send_reply("404", "Not Here");
        exit;
    }}
    if (!is_method("INVITE")) {{ sl_send_reply("405", "Not Allowed"); exit; }}
    record_route();
    rtpengine_offer("T.38={mode} replace-origin");
    t_on_reply("ANSWER");
    $du = "sip:127.0.0.1:{fax_port}";
    t_relay();
}}
onreply_route[ANSWER] {{
    if (t_check_status("18[0-9]|2[0-9][0-9]") && has_body("application/sdp"))
        rtpengine_answer("T.38={mode} replace-origin");
}}
"""


@contextlib.asynccontextmanager
async def running_gateway(
    folder: Path, *, fax_port: int, mode: str, media_ports: tuple[int, int]
) -> AsyncIterator[int]:
    """
    Both programs; gives the port for SIP.

    Args:
        folder: Of their own.

        fax_port: Where calls go on to.

        mode: "decode": T.38 from the caller becomes tones; "force": the reverse.

        media_ports: The first and the last for RTP and UDPTL.
    """
    port, ng_port = free_port(), free_port()
    config, log = folder / "gateway.cfg", folder / "gateway.log"
    config.write_text(
        CONFIG.format(port=port, ng_port=ng_port, fax_port=fax_port, mode=mode)
    )
    rtpengine = [
        *("rtpengine", "--config-file=none", "--foreground", "--log-stderr"),
        *("--table=-1", "--interface=127.0.0.1", f"--listen-ng=127.0.0.1:{ng_port}"),
        *(f"--port-min={media_ports[0]}", f"--port-max={media_ports[1]}"),
    ]
    async with running(rtpengine, folder / "rtpengine.log") as media:
        await until(
            lambda: is_bound(ng_port) or media.returncode is not None, what="rtpengine"
        )
        assert media.returncode is None, (folder / "rtpengine.log").read_text()
        command = ["kamailio", "-f", config, "-DD", "-E", "-m", "32", "-M", "4"]
        async with running([*command, "-Y", folder, "-w", folder], log) as proxy:
            await until(
                lambda: is_bound(port) or proxy.returncode is not None, what="kamailio"
            )
            assert proxy.returncode is None, log.read_text()[-2000:]
            yield port
