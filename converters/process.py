"""
What a child and its own children use of the machine.

I/O: reads /proc.
"""

from pathlib import Path

_PROC = Path("/proc")
_PAGE_BYTES = 4096
_MAX_PROCESSES = 100
"Bounds a walk through a tree that grows meanwhile."


def cpu_ticks(pid: int) -> int:
    """CPU time of a process and all below it, in clock ticks; 0 if it is gone."""
    ticks = 0
    for one in _tree(pid):
        fields = _stat(one)
        ticks += int(fields[11]) + int(fields[12]) if fields else 0
    return ticks


def resident_bytes(pid: int) -> int:
    """Memory of the largest process of a tree; 0 if it is gone."""
    sizes = [int(fields[21]) for one in _tree(pid) if (fields := _stat(one))]
    return _PAGE_BYTES * max(sizes, default=0)


def _tree(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        try:
            listed = Path(_PROC, str(one), "task", str(one), "children").read_text()
        except OSError:
            continue
        found += map(int, listed.split()[: _MAX_PROCESSES - len(found)])
    return found


def _stat(pid: int) -> list[str]:
    """The fields of proc(5) /proc/pid/stat from the third on; none if it is gone."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
