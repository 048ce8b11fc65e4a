-- Runs with changes that the relay has not confirmed, oldest first: own ones, and others' that a bundle brought.
SELECT doc, actor FROM (
    SELECT doc, actor, min(id) AS first FROM change INDEXED BY change_unsent
    WHERE mine = 1 AND log_seq IS NULL GROUP BY doc, actor
    UNION ALL
    SELECT doc, actor, min(id) FROM change INDEXED BY change_carried
    WHERE mine = 0 AND log_seq IS NULL GROUP BY doc, actor
) u
WHERE NOT EXISTS (SELECT 1 FROM refused r WHERE r.doc = u.doc AND r.actor = u.actor)
  AND NOT EXISTS (SELECT 1 FROM rule_set s WHERE s.doc = u.doc AND s.mine = 1 AND s.on_relay = 0 AND s.refused IS NULL)
ORDER BY first
