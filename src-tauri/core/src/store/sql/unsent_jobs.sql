-- Unsent records and photos by document.
SELECT doc, count(*), min(sum(length(bytes)), 4294967295), 0, 0 FROM change INDEXED BY change_unsent
WHERE mine = 1 AND log_seq IS NULL GROUP BY doc
UNION ALL
SELECT doc, 0, 0, count(CASE WHEN thumb = 0 THEN 1 END), min(sum(bytes - sent), 4294967295)
FROM photo INDEXED BY photo_unsent WHERE mine = 1 AND on_relay = 0 GROUP BY doc
