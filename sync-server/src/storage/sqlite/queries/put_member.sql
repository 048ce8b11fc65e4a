INSERT INTO member (outlet, id, name, roles, status, owner_since, status_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (outlet, id) DO UPDATE
SET name = excluded.name, roles = excluded.roles, status = excluded.status, owner_since = excluded.owner_since,
    status_ms = excluded.status_ms
