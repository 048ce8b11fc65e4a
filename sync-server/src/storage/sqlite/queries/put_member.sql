INSERT INTO member (outlet, id, name, roles, status, owner_since)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (outlet, id) DO UPDATE
SET name = excluded.name, roles = excluded.roles, status = excluded.status, owner_since = excluded.owner_since
