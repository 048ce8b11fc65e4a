-- The author's device is the first eight bytes of an actor.
SELECT doc, code,
       max(EXISTS (SELECT 1 FROM change c WHERE c.doc = refused.doc AND c.actor = refused.actor AND c.mine = 1)),
       max(at_ms), count(*), substr(actor, 1, 8) AS device, NULL
FROM refused
-- What an owner declined is told below, with the reason.
WHERE NOT EXISTS (SELECT 1 FROM declined d WHERE d.doc = refused.doc AND d.actor = refused.actor
                  AND refused.code = 'in_inbox' AND refused.from_seq BETWEEN d.from_seq AND d.to_seq)
GROUP BY doc, code, device
UNION ALL
SELECT doc, code, 0, max(at_ms), count(*), substr(actor, 1, 8) AS device, NULL FROM quarantine
GROUP BY doc, code, device
UNION ALL
-- What stands at or behind a run's broken place is counted change by change above.
SELECT doc, code, 0, max(at_ms), count(*), substr(actor, 1, 8) AS device, NULL FROM aside
WHERE code NOT IN ('change_not_linked', 'rests_on_refused') GROUP BY doc, code, device
UNION ALL
SELECT doc, 'declined', 1, at_ms, to_seq + 1 - from_seq, substr(actor, 1, 8), reason FROM declined
ORDER BY 4 DESC LIMIT 200
