-- Closed jobs in one piece: every change, run and signature of order and sheet. The truth, as the rows of change are.
-- id: the first 63 bits of the job's name, or one of the next; newest jobs last, so that packing appends.
-- docs: 1 order, 2 sheet. changes: of both; own, photos, photo_bytes: what this device made of it. newest_ms: when the
-- newest change was noted. turn: how often the relay's confirmations had been forgotten.
CREATE TABLE pack (
    id          INTEGER PRIMARY KEY,
    job         BLOB    NOT NULL,
    docs        INTEGER NOT NULL,
    changes     INTEGER NOT NULL,
    own         INTEGER NOT NULL,
    photos      INTEGER NOT NULL,
    photo_bytes INTEGER NOT NULL,
    newest_ms   INTEGER NOT NULL,
    turn        INTEGER NOT NULL,
    body        BLOB    NOT NULL
) STRICT;

-- Jobs to be looked at, and when: each that a change came to since it was last packed or found to be under way.
CREATE TABLE pack_due (job TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX pack_due_at ON pack_due (at_ms);
INSERT OR IGNORE INTO pack_due (job, at_ms)
    SELECT substr(doc, instr(doc, ':') + 1), 0 FROM paper WHERE doc GLOB 'order:*' OR doc GLOB 'sheet:*';
