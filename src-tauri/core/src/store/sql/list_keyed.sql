-- ?1: the key. ?2: id of the last one shown.
SELECT 0, k.id, j.job, j.row, j.status, j.due FROM job_key k JOIN job j ON j.id = k.id
WHERE k.key = ?1 AND k.id < ?2
ORDER BY k.id DESC
