-- What is only on this device, and not in the owner's inbox: own changes and their bytes; own photos and their bytes, and those with the thumbnails'.
SELECT c.changes, c.bytes, p.photos, p.bytes, p.with_thumbs FROM
    (SELECT count(*) AS changes, coalesce(sum(length(bytes)), 0) AS bytes
     FROM change WHERE mine = 1 AND log_seq IS NULL
     AND NOT EXISTS (SELECT 1 FROM in_inbox i WHERE i.doc = change.doc AND i.actor = change.actor
                     AND change.seq BETWEEN i.from_seq AND i.to_seq)) c,
    (SELECT count(CASE WHEN thumb = 0 THEN 1 END) AS photos,
            coalesce(sum(CASE WHEN thumb = 0 THEN bytes - sent END), 0) AS bytes,
            coalesce(sum(bytes - sent), 0) AS with_thumbs
     FROM photo INDEXED BY photo_unsent WHERE mine = 1 AND on_relay = 0) p
