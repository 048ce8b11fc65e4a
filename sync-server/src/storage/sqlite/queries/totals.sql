SELECT (SELECT coalesce(sum(length(body)), 0) FROM entry WHERE outlet = ?1) AS bytes,
       (SELECT count(*) FROM document WHERE outlet = ?1) AS documents,
       (SELECT count(*) FROM run WHERE outlet = ?1) AS runs,
       (SELECT count(*) FROM (SELECT DISTINCT hash FROM blob WHERE outlet = ?1)) AS blobs,
       (SELECT coalesce(sum(size), 0) FROM (SELECT DISTINCT hash, size FROM blob WHERE outlet = ?1)) AS blob_bytes
