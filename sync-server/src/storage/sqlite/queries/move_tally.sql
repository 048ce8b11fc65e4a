-- Exclusive or: SQLite has none of its own.
INSERT INTO tally (outlet, place, subject, digest) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (outlet, place, subject) DO UPDATE
SET digest = (digest | excluded.digest) & ~(digest & excluded.digest)
