-- Full pictures here that the relay gives back whenever somebody wants to see one: others', and own ones that were taken
-- before ?1 and whose job an owner's device has all of (own changes up to ?2).
SELECT p.hash, p.bytes FROM photo p
WHERE p.thumb = 0 AND p.here = 1 AND p.on_relay = 1
  AND (p.mine = 0 OR (p.at_ms < ?1
       AND NOT EXISTS (SELECT 1 FROM change c
                       WHERE c.doc IN (p.doc, replace(p.doc, 'sheet:', 'order:')) AND c.mine = 1
                         AND (c.log_seq IS NULL OR c.log_seq > ?2))))
