-- Jobs that the log took from a member, and whether something of one is still here beside its pack.
SELECT g.job,
    EXISTS (SELECT 1 FROM paper WHERE doc IN ('order:' || g.job, 'sheet:' || g.job))
    OR EXISTS (SELECT 1 FROM held_piece WHERE doc IN ('order:' || g.job, 'sheet:' || g.job))
    OR EXISTS (SELECT 1 FROM photo WHERE doc IN ('order:' || g.job, 'sheet:' || g.job))
    OR EXISTS (SELECT 1 FROM draft WHERE key >= 'job/' || g.job || '/' AND key < 'job/' || g.job || '0')
FROM granted g WHERE g.member = ?1 AND g.access = 0
