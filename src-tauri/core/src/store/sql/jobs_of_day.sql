-- ?1, ?2: start and end of the day. Each arm has its index.
SELECT card, figures FROM job WHERE job IN (
    SELECT job FROM job WHERE arrive_by >= ?1 AND arrive_by < ?2
    UNION SELECT job FROM job WHERE arrived_at >= ?1 AND arrived_at < ?2
    UNION SELECT job FROM job WHERE finished_at >= ?1 AND finished_at < ?2
    UNION SELECT job FROM job WHERE finished_at IS NULL AND arrive_by < ?1
)
ORDER BY finished_at IS NOT NULL, arrive_by, job
