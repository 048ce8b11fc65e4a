-- Photo files that may go: of jobs closed before ?1 whose own changes an owner's device has (up to ?2), on the relay.
SELECT p.hash FROM job j JOIN photo p ON p.doc = 'sheet:' || j.job
WHERE j.finished_at < ?1 AND p.here = 1 AND p.on_relay = 1
  AND NOT EXISTS (SELECT 1 FROM change c WHERE c.doc IN ('order:' || j.job, 'sheet:' || j.job) AND c.mine = 1
                  AND (c.log_seq IS NULL OR c.log_seq > ?2))
ORDER BY j.finished_at LIMIT ?3
