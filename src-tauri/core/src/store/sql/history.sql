-- A job's newest changes. ?1, ?2: order and sheet; ?3: how many.
SELECT id, hash, actor, noted_ms, log_seq IS NOT NULL FROM change
WHERE doc IN (?1, ?2) AND state = 0 ORDER BY id DESC LIMIT ?3
