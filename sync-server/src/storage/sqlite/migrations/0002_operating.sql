-- The key that photo files lie under. Drawn once: the database's own key can be another without touching them.
CREATE TABLE blob_key (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    secret BLOB NOT NULL CHECK (length(secret) = 32)
) STRICT;

-- The last entry in the newest backup.
ALTER TABLE outlet ADD COLUMN backed_up_to INTEGER NOT NULL DEFAULT 0;
-- Where the relay can be reached, one address a line.
ALTER TABLE outlet ADD COLUMN addresses TEXT NOT NULL DEFAULT '';
-- Which new devices wait for an owner: 0 none, 1 those of a member who has one, 2 all but the outlet's first.
ALTER TABLE outlet ADD COLUMN confirms INTEGER NOT NULL DEFAULT 1;

-- 1 until an owner has confirmed the device: the log doesn't know it yet.
ALTER TABLE device ADD COLUMN pending INTEGER NOT NULL DEFAULT 0;
