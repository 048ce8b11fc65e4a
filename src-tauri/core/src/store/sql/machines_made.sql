-- ?1: kind. ?2, ?3: behind this. ?4: made until. The newest job that says when it was made, where none after it took the machine away.
SELECT m.made, m.id, j.job, j.row, m.served, m.made FROM machine m INDEXED BY machine_made JOIN job j ON j.id = m.id
WHERE m.kind = ?1 AND (m.made, m.id) > (?2, ?3) AND m.made <= ?4 AND m.gone = 0
AND NOT EXISTS (SELECT 1 FROM machine n WHERE n.machine = m.machine AND (n.served, n.id) > (m.served, m.id) AND (n.made IS NOT NULL OR n.gone))
ORDER BY m.made, m.id
