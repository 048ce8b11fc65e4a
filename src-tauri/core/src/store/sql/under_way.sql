-- Whether something of a job is still to come, to be sent, to be seen by an owner or to be decided by a person.
-- ?1, ?2: order and sheet; ?3: how far the owner's devices are; ?4: whether this is one; ?5: the job.
SELECT EXISTS (SELECT 1 FROM change WHERE doc IN (?1, ?2)
               AND (state <> 0 OR log_seq IS NULL OR (mine = 1 AND log_seq > ?3)))
    OR EXISTS (SELECT 1 FROM stray WHERE doc IN (?1, ?2))
    OR EXISTS (SELECT 1 FROM quarantine WHERE doc IN (?1, ?2))
    OR EXISTS (SELECT 1 FROM aside WHERE doc IN (?1, ?2))
    OR EXISTS (SELECT 1 FROM held_piece WHERE doc IN (?1, ?2))
    OR EXISTS (SELECT 1 FROM refused WHERE doc IN (?1, ?2))
    OR EXISTS (SELECT 1 FROM grant_out WHERE job = ?5)
    OR EXISTS (SELECT 1 FROM photo WHERE doc = ?2
               AND ((mine = 1 AND on_relay = 0) OR (here = 0 AND dropped = 0 AND (thumb = 1 OR ?4))))
