INSERT INTO inbox (outlet, doc, actor, from_seq, seq, hash, chain, next_op, ops, mark, member, at_ms, state, body,
                   reason)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
ON CONFLICT (outlet, doc, actor, from_seq) DO UPDATE
SET seq = excluded.seq, hash = excluded.hash, chain = excluded.chain, next_op = excluded.next_op, ops = excluded.ops,
    mark = excluded.mark, member = excluded.member, at_ms = excluded.at_ms, state = excluded.state, body = excluded.body,
    reason = excluded.reason
