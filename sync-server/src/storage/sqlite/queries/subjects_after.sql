-- Documents that somebody wrote to, and orders of jobs that somebody was given.
SELECT outlet, doc FROM (
    SELECT outlet, doc FROM run
    UNION
    SELECT outlet, CAST(x'01' || job AS BLOB) FROM job_grant
)
WHERE (outlet, doc) > (?1, ?2)
ORDER BY outlet, doc
LIMIT ?3
