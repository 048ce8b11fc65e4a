-- Packs bound into volumes: dozens of closed jobs shortened together, so that what jobs of one town have in common is
-- kept once and a page is filled to its end. body: see volumes.rs; it names its jobs itself.
CREATE TABLE volume (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;

-- Where a pack's body lies; NULL: in its own row, as each that was made before there were volumes.
ALTER TABLE pack ADD COLUMN volume INTEGER;
CREATE INDEX pack_loose ON pack (id) WHERE volume IS NULL;
