-- Whether another exchange has something to bring, as unsent_runs.sql names it, or a grant or another word to say.
SELECT EXISTS (
    SELECT 1 FROM (
        SELECT doc, actor FROM change INDEXED BY change_unsent WHERE mine = 1 AND log_seq IS NULL
        UNION ALL
        SELECT doc, actor FROM change INDEXED BY change_carried WHERE mine = 0 AND log_seq IS NULL
    ) u
    WHERE NOT EXISTS (SELECT 1 FROM refused r WHERE r.doc = u.doc AND r.actor = u.actor)
      AND NOT EXISTS (SELECT 1 FROM rule_set s WHERE s.doc = u.doc AND s.mine = 1 AND s.on_relay = 0 AND s.refused IS NULL)
) OR EXISTS (SELECT 1 FROM grant_out) OR EXISTS (SELECT 1 FROM word_out)
