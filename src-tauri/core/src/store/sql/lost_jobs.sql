-- Jobs that the log took from a member and of which something is still here.
SELECT g.job FROM granted g
WHERE g.member = ?1 AND g.access = 0 AND (
    EXISTS (SELECT 1 FROM paper WHERE doc IN ('order:' || g.job, 'sheet:' || g.job))
    OR EXISTS (SELECT 1 FROM held_piece WHERE doc IN ('order:' || g.job, 'sheet:' || g.job))
    OR EXISTS (SELECT 1 FROM photo WHERE doc IN ('order:' || g.job, 'sheet:' || g.job))
    OR EXISTS (SELECT 1 FROM draft WHERE key >= 'job/' || g.job || '/' AND key < 'job/' || g.job || '0')
)
