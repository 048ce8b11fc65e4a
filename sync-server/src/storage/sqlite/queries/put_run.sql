INSERT INTO run (outlet, doc, actor, seq, hash, chain, next_op, log_seq)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (outlet, doc, actor) DO UPDATE
SET seq = excluded.seq, hash = excluded.hash, chain = excluded.chain, next_op = excluded.next_op,
    log_seq = excluded.log_seq
