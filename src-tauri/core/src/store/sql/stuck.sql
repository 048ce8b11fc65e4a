-- The author's device is the first eight bytes of an actor.
SELECT doc, code,
       max(EXISTS (SELECT 1 FROM change c WHERE c.doc = refused.doc AND c.actor = refused.actor AND c.mine = 1)),
       max(at_ms), count(*), substr(actor, 1, 8) AS device
FROM refused GROUP BY doc, code, device
UNION ALL
SELECT doc, code, 0, max(at_ms), count(*), substr(actor, 1, 8) AS device FROM quarantine GROUP BY doc, code, device
UNION ALL
-- What stands at or behind a run's broken place is counted change by change above.
SELECT doc, code, 0, max(at_ms), count(*), substr(actor, 1, 8) AS device FROM aside
WHERE code NOT IN ('change_not_linked', 'rests_on_refused') GROUP BY doc, code, device
ORDER BY 4 DESC LIMIT 200
