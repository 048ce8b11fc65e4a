-- The log entry that brought a held piece. Without it, own work that was held would count as seen by the owner.
ALTER TABLE held_piece ADD COLUMN log_seq INTEGER;

-- A day also lists the jobs that somebody arrived at, whenever they were due.
CREATE INDEX job_arrived ON job (arrived_at) WHERE arrived_at IS NOT NULL;
