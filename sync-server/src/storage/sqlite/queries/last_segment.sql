SELECT max(seq) AS seq
FROM (SELECT max(seq) AS seq FROM entry WHERE outlet = ?1 AND doc = ?2
      UNION ALL
      SELECT max(seq) AS seq FROM entry WHERE outlet = ?1 AND doc = ?3)
