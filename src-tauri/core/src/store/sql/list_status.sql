-- ?1: place of the status. ?2: id of the last one shown.
SELECT 0, id, job, row, status, due FROM job WHERE status = ?1 AND id < ?2 ORDER BY id DESC
