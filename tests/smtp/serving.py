"""
A listener in a process of its own, so that its memory can be measured.

Its argument is the spool folder; its first line of output, its port.
"""

import asyncio
import sys
from pathlib import Path

from ecofax_gateway.smtp.listener import AcceptedMail, MailListener, Protocol


async def accept(mail: AcceptedMail) -> str:
    return "REF"


async def main() -> None:
    listener = MailListener(
        accept,
        doors=[(Protocol.SMTP, "127.0.0.1", 0)],
        domains=["ecofax.test"],
        trusted_networks=["127.0.0.0/8"],
        spool=Path(sys.argv[1]),
    )
    [port] = await listener.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await listener.close()


if __name__ == "__main__":
    asyncio.run(main())
