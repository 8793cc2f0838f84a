"""
The choice of the faxes that are called next: one statement, the same on both databases.

Pure: no I/O, no clock, no randomness.

Every line has the queue of its single faxes (gate 0) and one for each gated campaign.
The first fax of each open queue is looked up in an index, so that what waits behind a
shut gate, or behind a long queue, costs nothing.
"""

from sqlalchemy import bindparam, text

from .types import UtcTime

GATE_IS_OPEN = """
        c.gated AND c.is_open AND NOT c.paused AND c.state = 'ready'
        AND (c.next_call_at IS NULL OR c.next_call_at <= :paced)
"""
"""Of a gated campaign *c*: its next fax may be called."""

TRIED_WHEN_ALL_WERE = """
        f.round = 0 OR (
            NOT EXISTS (SELECT 1 FROM fax u WHERE u.gate = f.gate
                AND u.state = 'scheduled' AND u.round = 0)
            AND NOT EXISTS (SELECT 1 FROM fax u WHERE u.line = f.line
                AND u.trunk = f.trunk AND u.gate = f.gate AND u.priority = f.priority
                AND u.round = 0 AND u.state = 'queued'))
"""
"""Of a fax *f*: it is no retry that goes before a number of its campaign was tried."""

# One row per open queue and open trunk: its first fax to a number that nobody is
# calling. Then the best per line (best_of_line), per destination (best_of_number: two
# lines may want the same one), and as many per trunk as it has room (rn). Of campaigns
# on equal terms the youngest goes first: it has had the fewest turns. A retry
# behind a gate waits until every number there was tried. A trunk that is down for all
# gets one call at a time, which shows whether it still is; one that is down for this
# node alone is left to the others.
CLAIM = text(
    f"""
    WITH line_calls AS (SELECT line, count(*) AS n FROM fax
        WHERE busy AND rides_with IS NULL GROUP BY line),
    trunk_calls AS (SELECT trunk, count(*) AS n FROM fax
        WHERE busy AND rides_with IS NULL GROUP BY trunk),
    open_line AS (
        SELECT l.number, l.vtime, l.last_claim,
            (coalesce(c.n, 0) + 1) / l.weight AS share
        FROM line l LEFT JOIN line_calls c ON c.line = l.number
        WHERE NOT l.paused AND l.is_open AND coalesce(c.n, 0) < l.max_calls
    ),
    open_trunk AS (
        SELECT name, CASE WHEN slots < room THEN slots ELSE room END AS room
        FROM (
            SELECT t.name, t.slots, CASE WHEN t.is_down AND t.max_calls > 0 THEN 1
                ELSE t.max_calls END - coalesce(c.n, 0) AS room
            FROM trunk t LEFT JOIN trunk_calls c ON c.trunk = t.name
            WHERE NOT t.paused AND (t.is_down OR NOT EXISTS (
                SELECT 1 FROM trunk_health h
                WHERE h.trunk = t.name AND h.node = :node AND h.is_down))
        ) AS each_trunk
        WHERE room > 0 AND (slots IS NULL OR slots > 0)
    ),
    queue AS (
        SELECT l.number AS line, 0 AS gate, CAST(NULL AS FLOAT) AS start
        FROM open_line l
        UNION ALL
        SELECT c.line, c.id, CASE WHEN c.vtime > l.vtime THEN c.vtime ELSE l.vtime END
        FROM campaign c JOIN open_line l ON l.number = c.line
        WHERE {GATE_IS_OPEN}
    ),
    head AS MATERIALIZED (
        SELECT q.line, q.start, t.room,
            (SELECT f.id FROM fax f
             WHERE f.line = q.line AND f.trunk = t.name AND f.gate = q.gate
               AND f.state = 'queued'
               AND NOT EXISTS (SELECT 1 FROM fax b
                   WHERE b.busy AND b.rides_with IS NULL AND b.number = f.number)
             ORDER BY f.priority, f.round, f.vrank, f.id LIMIT 1) AS fax_id
        FROM queue q CROSS JOIN open_trunk t
    ),
    best_of_line AS (
        SELECT h.line, h.fax_id, h.room, l.share, l.last_claim,
            f.number, f.trunk, f.priority,
            row_number() OVER (PARTITION BY h.line
                ORDER BY f.priority, coalesce(h.start, f.vrank), f.gate DESC, f.id) AS of_line
        FROM head h JOIN fax f ON f.id = h.fax_id JOIN open_line l ON l.number = h.line
        WHERE {TRIED_WHEN_ALL_WERE}
    ),
    best_of_number AS (
        SELECT b.*,
            row_number() OVER (PARTITION BY number
                ORDER BY priority, share, last_claim, line) AS of_number
        FROM best_of_line b WHERE of_line = 1
    ),
    ranked AS (
        SELECT b.*,
            row_number() OVER (PARTITION BY trunk
                ORDER BY priority, share, last_claim, line) AS rn
        FROM best_of_number b WHERE of_number = 1
    )
    UPDATE fax SET state = 'dialing', phase = 'claimed', busy = TRUE, node = :node,
        epoch = :epoch, attempt = attempt + 1, updated_at = :now
    WHERE state = 'queued' AND id IN (
        SELECT fax_id FROM ranked WHERE rn <= room
        ORDER BY priority, share, last_claim, line LIMIT :limit)
    RETURNING id
    """  # noqa: S608 -- our own words
).bindparams(bindparam("now", type_=UtcTime), bindparam("paced", type_=UtcTime))
