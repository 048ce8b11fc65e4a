SELECT DISTINCT hash FROM blob b
WHERE outlet = ?1 AND doc IN (?2, ?3)
  AND NOT EXISTS (SELECT 1 FROM blob o WHERE o.outlet = b.outlet AND o.hash = b.hash AND o.doc NOT IN (?2, ?3))
