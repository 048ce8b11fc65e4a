SELECT seq, kind, doc, author, carrier, actor, member, at_ms, digest, hash
FROM entry INDEXED BY entry_by_doc
WHERE outlet = ?1 AND doc IN (?2, ?3) AND doc IS NOT NULL AND seq < ?4 AND kind = 1
ORDER BY seq
LIMIT ?5 OFFSET ?6
