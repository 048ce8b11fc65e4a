INSERT INTO outlet (id, name, epoch, head, hash, owner_seq, created_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (id) DO UPDATE
SET name = excluded.name, epoch = excluded.epoch, head = excluded.head, hash = excluded.hash,
    owner_seq = excluded.owner_seq
