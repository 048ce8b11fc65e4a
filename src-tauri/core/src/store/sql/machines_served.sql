-- ?1: kind. ?2, ?3: behind this. ?4: served until. The machine as its newest job left it, if it is still there.
SELECT m.served, m.id, j.job, j.row, m.served, m.made FROM machine m INDEXED BY machine_served JOIN job j ON j.id = m.id
WHERE m.kind = ?1 AND (m.served, m.id) > (?2, ?3) AND m.served <= ?4 AND m.gone = 0
AND NOT EXISTS (SELECT 1 FROM machine n WHERE n.machine = m.machine AND (n.served, n.id) > (m.served, m.id))
ORDER BY m.served, m.id
