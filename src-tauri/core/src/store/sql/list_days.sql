-- ?1: the first day. ?2, ?3: day and id of the last one shown.
SELECT d.day, d.id, j.job, j.row, j.status, j.due FROM job_day d JOIN job j ON j.id = d.id
WHERE d.day >= ?1 AND (d.day, d.id) < (?2, ?3)
ORDER BY d.day DESC, d.id DESC
