SELECT subject, digest FROM tally
WHERE outlet = ?1 AND place BETWEEN ?2 AND ?3
ORDER BY place, subject
