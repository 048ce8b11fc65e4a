SELECT seq, kind, doc, author, carrier, actor, member, at_ms, digest, hash
FROM entry
WHERE outlet = ?1 AND doc = ?2 AND actor = ?3 AND to_seq > ?4 AND from_seq IS NOT NULL
ORDER BY from_seq
LIMIT ?5
