SELECT hash, min(size) AS size FROM blob
WHERE outlet = ?1 AND hash > ?2
GROUP BY hash ORDER BY hash LIMIT ?3
