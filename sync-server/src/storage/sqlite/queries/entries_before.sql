SELECT seq, kind, doc, author, carrier, actor, member, at_ms, digest, hash
FROM entry
WHERE outlet = ?1 AND seq < ?2
ORDER BY seq DESC
LIMIT ?3
