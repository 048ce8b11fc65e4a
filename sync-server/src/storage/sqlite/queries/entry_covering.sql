SELECT seq
FROM entry
WHERE outlet = ?1 AND doc = ?2 AND actor = ?3 AND from_seq <= ?4 AND to_seq >= ?4 AND from_seq IS NOT NULL
ORDER BY from_seq DESC
LIMIT 1
