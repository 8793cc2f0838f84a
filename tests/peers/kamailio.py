"""
kamailio as the trunk's proxy and registrar, in front of our fax machine.

I/O: one kamailio on ports of the loopback; a certificate made by openssl.
"""

import contextlib
import re
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.ports import free_port
from ecofax_gateway.engine.protocol import TrunkAddress

from .program import is_bound, output_of, running, until

REALM = "trunk.example"
PASSWORD = "secret-of-the-trunk"

CONFIG = """\
#!KAMAILIO
debug=1
log_stderror=yes
children=1
auto_aliases=no
disable_tcp=no
tcp_children=1
enable_tls=yes
dns=no
rev_dns=no
listen=udp:127.0.0.1:{port}
listen=tcp:127.0.0.1:{port}
listen=tls:127.0.0.1:{tls_port}
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "xlog.so"
loadmodule "auth.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "tls.so"
modparam("auth", "algorithm", "{algorithm}")
modparam("tls", "tls_method", "TLSv1.2+")
modparam("tls", "certificate", "{folder}/certificate.pem")
modparam("tls", "private_key", "{folder}/key.pem")
modparam("registrar", "min_expires", 1)
modparam("registrar", "max_expires", {max_expires})
request_route {{
    if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
    if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
    if (has_totag()) {{
        if (loose_route()) {{ t_relay(); exit; }}
        if (is_method("ACK")) {{ if (t_check_trans()) t_relay(); exit; }}
        sl_send_reply("404", "Not Here");
        exit;
    }}
    if (is_method("OPTIONS")) {{
        xlog("L_ALERT", "SEEN $rm $proto\\n");
        sl_send_reply("200", "OK");
        exit;
    }}
    if (is_method("REGISTER")) {{
        if (!pv_www_authenticate("{realm}", "{password}", "0")) {{
            www_challenge("{realm}", "1");
            exit;
        }}
        save("location");
        xlog("L_ALERT", "SEEN $rm $proto $tU $hdr(Expires) $ct\\n");
        exit;
    }}
    if (!is_method("INVITE")) {{ sl_send_reply("405", "Not Allowed"); exit; }}
    if (!pv_proxy_authenticate("{realm}", "{password}", "0")) {{
        proxy_challenge("{realm}", "1");
        exit;
    }}
    consume_credentials();
    record_route();
    xlog("L_ALERT", "SEEN $rm $proto $rU\\n");
    $du = "sip:127.0.0.1:{fax_port}";
    t_relay();
}}
"""


@dataclass
class Kamailio:
    """A proxy that listens."""

    port: int
    tls_port: int
    log: Path
    certificate: Path

    def trunk(self, transport: str = "udp", **values: Any) -> TrunkAddress:
        """How to reach it."""
        return TrunkAddress(
            **{
                "host": "127.0.0.1",
                "port": self.tls_port if transport == "tls" else self.port,
                "transport": transport,
                "tls_ca_file": str(self.certificate),
                "username": "gateway",
                "password": PASSWORD,
                "paced": False,
                **values,
            }
        )

    def seen(self, method: str) -> list[list[str]]:
        """What it noted of each request of a method: transport, user, headers."""
        text = self.log.read_text("utf-8", errors="replace")
        return [line.split() for line in re.findall(rf"SEEN {method} (.*)", text)]


@contextlib.asynccontextmanager
async def running_kamailio(
    folder: Path,
    *,
    fax_port: int = 9,
    algorithm: str = "MD5",
    max_expires: int = 3600,
) -> AsyncIterator[Kamailio]:
    """
    A kamailio of our configuration.

    Args:
        folder: Of its own.

        fax_port: Where calls go on to.

        algorithm: Of its digests.

        max_expires: Seconds at most, whatever is asked for.
    """
    await make_certificate(folder)
    port, tls_port = free_port(), free_port()
    config = folder / "kamailio.cfg"
    config.write_text(
        CONFIG.format(
            port=port,
            tls_port=tls_port,
            algorithm=algorithm,
            folder=folder,
            max_expires=max_expires,
            realm=REALM,
            password=PASSWORD,
            fax_port=fax_port,
        )
    )
    log = folder / "log"
    command = ["kamailio", "-f", config, "-DD", "-E", "-m", "32", "-M", "4"]
    async with running([*command, "-Y", folder, "-w", folder], log) as process:
        await until(
            lambda: (
                (is_bound(port) and is_bound(tls_port, socket.SOCK_STREAM))
                or process.returncode is not None
            ),
            what="kamailio",
        )
        assert process.returncode is None, log.read_text()[-2000:]
        yield Kamailio(port, tls_port, log, folder / "certificate.pem")


async def make_certificate(folder: Path) -> None:
    """A certificate of this machine, signed by itself, and its key."""
    await output_of(
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
        *("-subj", "/CN=localhost"),
        *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
        *("-keyout", folder / "key.pem", "-out", folder / "certificate.pem"),
    )
