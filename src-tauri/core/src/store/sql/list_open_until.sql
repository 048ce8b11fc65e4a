-- ?1, ?2: promised time and id of the last one shown; ?3: the first moment that is too late.
SELECT id, job, row FROM job
WHERE due IS NOT NULL AND (due, id) > (?1, ?2) AND due < ?3
ORDER BY due, id
