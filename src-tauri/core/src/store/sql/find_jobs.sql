-- ?1: what to ask of the index. ?2: id of the last one shown. Newest first, one after the other: no list is made of them.
SELECT 0, s.rowid, j.job, j.row FROM search s CROSS JOIN job j ON j.id = s.rowid
WHERE s.search MATCH ?1 AND s.rowid < ?2
ORDER BY s.rowid DESC
