-- What waits in the owner's inbox (state 0) and what was declined (2), by run.
SELECT doc, actor, max(to_seq), max(member), sum(to_seq - from_seq + 1), min(at_ms), state = 2, max(code)
FROM inbox WHERE state IN (0, 2) GROUP BY doc, actor, state ORDER BY 6, doc, actor
