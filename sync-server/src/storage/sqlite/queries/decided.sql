-- The author's device is the first eight bytes of an actor.
SELECT * FROM inbox
WHERE outlet = ?1 AND mark > ?3 AND state <> 0 AND substr(actor, 1, 8) = ?2
ORDER BY mark LIMIT ?4
