-- ?1: id of the last one shown.
SELECT 0, id, job, row, status, due FROM job WHERE id < ?1 ORDER BY id DESC
