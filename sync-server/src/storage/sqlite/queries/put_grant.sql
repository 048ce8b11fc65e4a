INSERT INTO job_grant (outlet, member, job, access, since, log_seq, had_write)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (outlet, member, job) DO UPDATE
SET access = excluded.access, since = excluded.since, log_seq = excluded.log_seq, had_write = excluded.had_write
