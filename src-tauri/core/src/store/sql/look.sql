-- What is small, and the oldest of what was not sent: however much that is, a start takes no longer.
WITH unsent AS (SELECT doc, actor, hash, bytes FROM change WHERE mine = 1 AND log_seq IS NULL ORDER BY id LIMIT 500)
SELECT (SELECT coalesce(sum(length(key) + length(value)), 0) FROM meta)
     + (SELECT coalesce(sum(length(name) + length(roles)), 0) FROM member)
     + (SELECT coalesce(sum(length(key) + length(name)), 0) FROM device)
     + (SELECT coalesce(sum(length(code)), 0) FROM refused)
     + (SELECT coalesce(sum(length(bytes) + length(hash)), 0) FROM unsent)
     + (SELECT coalesce(sum(length(r.signature) + length(r.tail)), 0) FROM run r
        WHERE (r.doc, r.actor) IN (SELECT doc, actor FROM unsent))
