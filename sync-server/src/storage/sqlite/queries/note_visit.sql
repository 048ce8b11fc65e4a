UPDATE device
SET cursor_seq = ?3, seen_ms = ?4, held_changes = ?5, held_photos = ?6, held_photo_bytes = ?7
WHERE outlet = ?1 AND id = ?2
