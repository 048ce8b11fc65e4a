INSERT INTO device (outlet, id, member, key, name, status, token_hash,
                    cursor_seq, seen_ms, held_changes, held_photos, held_photo_bytes, pending, status_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
ON CONFLICT (outlet, id) DO UPDATE
SET member = excluded.member, key = excluded.key, name = excluded.name, status = excluded.status,
    token_hash = excluded.token_hash, cursor_seq = excluded.cursor_seq, seen_ms = excluded.seen_ms,
    held_changes = excluded.held_changes, held_photos = excluded.held_photos,
    held_photo_bytes = excluded.held_photo_bytes, pending = excluded.pending,
    status_ms = excluded.status_ms
