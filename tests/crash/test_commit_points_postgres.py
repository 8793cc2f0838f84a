"""
SIGKILL at every kind of commit of a mail's way, on PostgreSQL.

There commits run side by side, so that the Nth is another one each time. A life that
nobody ends shows which statements each commit has; every commit that brings a new one
is a point, before it and after it.
"""

import concurrent.futures
import json
import logging
import queue
import threading

from .test_commit_points import an_order, build, run_to, wrongs

logger = logging.getLogger(__name__)

WORKERS = 2


def points_of(recorded):
    """
    One statement of each commit that has any for the first time.
    """
    seen, points = set(), []
    for line in recorded.splitlines():
        new = [mark for mark in line.split() if mark not in seen]
        seen.update(new)
        if new:
            points.append(new[0])
    return points


def test_killed_at_every_kind_of_commit(
    tmp_path, fax_machine, cluster, migrated, killer_on_path
):
    making, todo, found = threading.Lock(), queue.SimpleQueue(), {}

    def new_house(name, far_end):
        with making:  # two copies of one template at once are refused
            url = cluster.url(cluster.new(template=migrated))
        return build(tmp_path / name, far_end, url)

    def keep_house(far_end):
        while not todo.empty():
            try:
                mark, when = todo.get_nowait()
            except queue.Empty:
                return
            house = new_house(f"{mark}-{when}", far_end)
            outcome = found[mark, when] = run_to(house, far_end, mark, when)
            logger.info("%s %s: %s", mark, when, json.dumps(outcome))

    far_ends = [fax_machine() for _ in range(WORKERS)]
    house = new_house("recorded", far_ends[0])
    file = tmp_path / "commits"
    assert house.begin("killer", "record", str(file))
    assert house.live_to_the_end(house.offer(an_order()))
    recorded = file.read_text()
    house.daemon.stop()
    for mark in points_of(recorded):
        for when in ("before", "after"):
            todo.put((mark, when))
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        houses = [pool.submit(keep_house, far_end) for far_end in far_ends]
    for each in houses:
        each.result()

    # By chance one may not come to a point: two that share a commit came apart.
    killed = {point: each for point, each in found.items() if each is not None}
    unknown = [p for p, each in killed.items() if "unknown" in each["states"].values()]
    logger.info("%d kills, calls lost in %d of them", len(killed), len(unknown))
    assert {p: wrongs(each) for p, each in killed.items() if wrongs(each)} == {}
    tables = {mark.split("-")[1] for mark in recorded.split()}
    assert tables >= {"node", "mail", "campaign", "fax", "attempt", "reply"}
    assert len(killed) > 20
    assert 0 < len(unknown) < len(killed) * 0.8
