INSERT INTO job (id, job, due, status, row) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (id) DO UPDATE SET due = excluded.due, status = excluded.status, row = excluded.row
