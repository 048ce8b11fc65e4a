-- Own changes that have rows; those that the relay confirmed; those that the owner's devices have fetched (up to ?1); those in the
-- relay's newest backup (up to ?2).
SELECT (SELECT count(*) FROM change WHERE mine = 1),
       (SELECT count(*) FROM change WHERE mine = 1 AND log_seq IS NOT NULL),
       (SELECT count(*) FROM change WHERE mine = 1 AND log_seq <= ?1),
       (SELECT count(*) FROM change WHERE mine = 1 AND log_seq <= ?2)
