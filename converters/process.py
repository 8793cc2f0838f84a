"""
What a child and its own children use of the machine.

I/O: reads /proc.
"""

from pathlib import Path

_PROC = Path("/proc")
_MAX_PROCESSES = 100
"Bounds a walk through a tree that grows meanwhile."


def cpu_ticks(pid: int) -> int:
    """CPU time of a process and all below it, in clock ticks; 0 if it is gone."""
    ticks = 0
    for one in tree(pid):
        fields = _stat(one)
        ticks += int(fields[11]) + int(fields[12]) if fields else 0
    return ticks


def occupied_bytes(pid: int) -> int:
    """
    Memory of a process and all below it; 0 if it is gone.

    What programs and libraries are read from, and all share, is left out.
    """
    return sum(map(_private_bytes, tree(pid)))


def _private_bytes(pid: int) -> int:
    try:
        status = (_PROC / str(pid) / "status").read_text()
    except OSError:
        return 0
    lines = dict(line.partition(":")[::2] for line in status.splitlines())
    kilobytes = (lines.get(name, "0").split()[0] for name in _PRIVATE)
    return 1024 * sum(map(int, kilobytes))


_PRIVATE = ("RssAnon", "RssShmem")
"proc(5), /proc/pid/status."


def tree(pid: int) -> list[int]:
    """A process and all below it, the oldest first."""
    found = [pid]
    for one in found:
        found += children(one)[: _MAX_PROCESSES - len(found)]
    return found


def children(pid: int) -> list[int]:
    """Those that a process started from its first thread."""
    try:
        listed = Path(_PROC, str(pid), "task", str(pid), "children").read_text()
    except OSError:
        return []
    return list(map(int, listed.split()))


def _stat(pid: int) -> list[str]:
    """The fields of proc(5) /proc/pid/stat from the third on; none if it is gone."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
