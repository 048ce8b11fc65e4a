-- Photo files of a sheet (?1, its order ?2) that may go: on the relay, and an owner's device has all own changes of the job
-- (up to ?3).
SELECT p.hash FROM photo p
WHERE p.doc = ?1 AND p.here = 1 AND p.on_relay = 1
  AND NOT EXISTS (SELECT 1 FROM change c WHERE c.doc IN (?1, ?2) AND c.mine = 1
                  AND (c.log_seq IS NULL OR c.log_seq > ?3))
