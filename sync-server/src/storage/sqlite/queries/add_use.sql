INSERT INTO day_use (outlet, day, device, entries, bytes, photo_bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (outlet, day, device) DO UPDATE
SET entries = entries + excluded.entries, bytes = bytes + excluded.bytes,
    photo_bytes = photo_bytes + excluded.photo_bytes
