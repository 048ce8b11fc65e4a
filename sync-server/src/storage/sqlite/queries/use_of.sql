-- What one device has brought on a day, and what all have.
SELECT coalesce(sum(CASE WHEN device = ?3 THEN entries END), 0) AS own_entries,
       coalesce(sum(CASE WHEN device = ?3 THEN bytes END), 0) AS own_bytes,
       coalesce(sum(CASE WHEN device = ?3 THEN photo_bytes END), 0) AS own_photo_bytes,
       coalesce(sum(entries), 0) AS all_entries,
       coalesce(sum(bytes), 0) AS all_bytes,
       coalesce(sum(photo_bytes), 0) AS all_photo_bytes
FROM day_use WHERE outlet = ?1 AND day = ?2
