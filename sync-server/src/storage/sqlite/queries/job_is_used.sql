SELECT EXISTS (SELECT 1 FROM document WHERE outlet = ?1 AND doc IN (?2, ?3))
    OR EXISTS (SELECT 1 FROM job_grant WHERE outlet = ?1 AND job = ?4)
