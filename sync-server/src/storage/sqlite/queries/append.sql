INSERT INTO entry (outlet, seq, kind, doc, author, carrier, actor, from_seq, to_seq, member, at_ms, digest, hash, body)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
