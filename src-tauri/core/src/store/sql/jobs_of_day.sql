-- ?1: the day.
SELECT id, job, row FROM job WHERE id IN (SELECT id FROM job_day WHERE day = ?1)
