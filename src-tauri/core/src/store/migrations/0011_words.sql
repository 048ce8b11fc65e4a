-- How new the log's word on a member, a device or a grant is: twice the entry's number, one less where an opening entry
-- handed it over from before itself. 0: not the log's word. An older one never takes the place of a newer one.
ALTER TABLE member ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
ALTER TABLE device ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
ALTER TABLE granted ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
