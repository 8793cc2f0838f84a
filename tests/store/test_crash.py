"""
A process that is killed takes nothing with it that it had promised.
"""

import subprocess
import sys
from pathlib import Path

from ecofax_gateway.store import mails
from ecofax_gateway.store.database import Database

ROOT = Path(__file__).parents[2]

ACCEPTOR = """
import asyncio, itertools, sys
from datetime import UTC, datetime
from pathlib import Path
from ecofax_gateway.store import mails
from ecofax_gateway.store.content import INLINE_BYTES
from ecofax_gateway.store.database import Database

folder, run = Path(sys.argv[1]), sys.argv[2]
db = Database.open(f"sqlite:///{folder}/store.db", spool=folder / "spool")
numbers = itertools.count()

async def client():
    while True:
        ref = f"{run}-{next(numbers)}"
        large = ref.endswith("0")
        data = ref.encode() * (INLINE_BYTES // 4 if large else 1)
        new = mails.NewMail(ref=ref, envelope_from="", recipients=(), peer="",
                            content=await db.keep(data))
        await db.tx(mails.accept, new, now=datetime.now(UTC))
        print(ref, flush=True)

async def main():
    await asyncio.gather(*(client() for _ in range(20)))

asyncio.run(main())
"""


def test_nothing_accepted_is_lost_by_a_kill(tmp_path):
    accepted = []
    for run in ("a", "b"):
        with subprocess.Popen(
            [sys.executable, "-c", ACCEPTOR, tmp_path, run],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            accepted += [process.stdout.readline().strip() for _ in range(150)]
            process.kill()
            rest = process.stdout.read()
        # The last line may have been cut by the kill.
        accepted += rest.split("\n")[:-1]

    db = Database.open(f"sqlite:///{tmp_path}/store.db", spool=tmp_path / "spool")
    bodies = {ref: db.sync_read(mails.body, ref) for ref in accepted}
    db.close()

    assert len(bodies) >= 300
    assert any(len(body) > 1000 for body in bodies.values())
    assert all(body.startswith(ref.encode()) for ref, body in bodies.items())
