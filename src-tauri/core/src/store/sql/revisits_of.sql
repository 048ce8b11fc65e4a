SELECT j.job, j.row FROM job_revisit r JOIN job j ON j.id = r.id WHERE r.first = ?1
