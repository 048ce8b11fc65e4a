INSERT INTO outlet (id, name, epoch, head, hash, owner_seq, created_ms, backed_up_to, addresses, confirms,
                    inbox, inbox_seen)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
ON CONFLICT (id) DO UPDATE
SET name = excluded.name, epoch = excluded.epoch, head = excluded.head, hash = excluded.hash,
    owner_seq = excluded.owner_seq, backed_up_to = excluded.backed_up_to, addresses = excluded.addresses,
    confirms = excluded.confirms, inbox = excluded.inbox, inbox_seen = excluded.inbox_seen
