-- ?1: the day. ?2: its first moment, where open jobs from before belong to it.
SELECT job, row FROM job WHERE id IN (
    SELECT id FROM job_day WHERE day = ?1
    UNION ALL SELECT id FROM job WHERE due IS NOT NULL AND due < ?2
)
