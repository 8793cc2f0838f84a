"""
What a program has spent: the CPU time of all its processes.

I/O: reads /proc (proc(5)).
"""

import os
from pathlib import Path


def cpu_seconds(root: int) -> float:
    """
    User and system time so far of process *root* and of all that descend from it.

    Those that ended count as soon as whoever began them has heard of it.
    """
    parents, ticks = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
        pid = int(stat.parent.name)
        parents[pid] = int(fields[1])
        ticks[pid] = sum(map(int, fields[11:15]))  # of itself and of its ended children
    family, found = {root}, {root}
    while found:
        found = {pid for pid, parent in parents.items() if parent in found}
        family |= found
    return sum(ticks.get(pid, 0) for pid in family) / os.sysconf("SC_CLK_TCK")
