INSERT INTO job (job, taken_at, arrive_by, arrived_at, finished_at, status, phone, serials, card, figures)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
ON CONFLICT (job) DO UPDATE SET
    taken_at = excluded.taken_at, arrive_by = excluded.arrive_by, arrived_at = excluded.arrived_at,
    finished_at = excluded.finished_at, status = excluded.status, phone = excluded.phone,
    serials = excluded.serials, card = excluded.card, figures = excluded.figures
