SELECT 'change', q.doc, q.actor, q.seq, q.code, q.at_ms, c.log_seq, c.hash, c.bytes
FROM quarantine q LEFT JOIN change c ON c.doc = q.doc AND c.actor = q.actor AND c.seq = q.seq
WHERE ?1 IS NULL OR q.doc IN (?1, ?2)
UNION ALL
SELECT 'waiting', doc, actor, seq, NULL, noted_ms, log_seq, hash, bytes FROM change
WHERE state = 1 AND (?1 IS NULL OR doc IN (?1, ?2))
UNION ALL
SELECT 'piece', doc, actor, from_seq, code, at_ms, log_seq, digest, piece FROM aside
WHERE ?1 IS NULL OR doc IN (?1, ?2)
UNION ALL
SELECT 'held', doc, NULL, 0, NULL, at_ms, log_seq, digest, piece FROM held_piece
WHERE ?1 IS NULL OR doc IN (?1, ?2)
UNION ALL
SELECT 'refused', r.doc, r.actor, c.seq, r.code, r.at_ms, NULL, c.hash, c.bytes
FROM refused r JOIN change c ON c.doc = r.doc AND c.actor = r.actor AND c.seq >= r.from_seq AND c.log_seq IS NULL
WHERE ?1 IS NULL OR r.doc IN (?1, ?2)
