-- A job's newest changes after one. ?1, ?2: order and sheet; ?3: how many; ?4: the one.
SELECT id, hash, actor, noted_ms, log_seq IS NOT NULL FROM change
WHERE doc IN (?1, ?2) AND id > ?4 AND state = 0 ORDER BY id DESC LIMIT ?3
