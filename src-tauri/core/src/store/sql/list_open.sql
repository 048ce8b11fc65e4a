-- ?1, ?2: promised time and id of the last one shown.
SELECT due, id, job, row, status, due FROM job
WHERE due IS NOT NULL AND (due, id) > (?1, ?2)
ORDER BY due, id
