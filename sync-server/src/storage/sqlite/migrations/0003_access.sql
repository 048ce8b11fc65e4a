-- Work of people who may no longer write, beside the log. An admitted item keeps its row without its body: devices learn
-- from it what became of the piece.
CREATE TABLE inbox (
    outlet BLOB NOT NULL,
    doc BLOB NOT NULL,
    actor BLOB NOT NULL CHECK (length(actor) = 16),
    from_seq INTEGER NOT NULL,
    -- The run as it stands with this item.
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    chain BLOB NOT NULL CHECK (length(chain) = 32),
    next_op INTEGER NOT NULL,
    ops INTEGER NOT NULL,
    mark INTEGER NOT NULL,
    member TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    state INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (outlet, doc, actor, from_seq)
) STRICT;

CREATE UNIQUE INDEX inbox_by_mark ON inbox (outlet, mark);
CREATE INDEX inbox_by_member ON inbox (outlet, member);

-- The last word of the inbox, and the last that an owner's device has fetched.
ALTER TABLE outlet ADD COLUMN inbox INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outlet ADD COLUMN inbox_seen INTEGER NOT NULL DEFAULT 0;

-- Whether the job was the member's to write once: who lost one may still hand over what was done until then. Until now
-- nobody was granted less than writing at first.
ALTER TABLE job_grant ADD COLUMN had_write INTEGER NOT NULL DEFAULT 0;
UPDATE job_grant SET had_write = 1;

-- Since when the status holds, by the relay's clock; 0 where that is not known.
ALTER TABLE member ADD COLUMN status_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE device ADD COLUMN status_ms INTEGER NOT NULL DEFAULT 0;

-- Jobs of which nothing is kept and nothing taken any more.
CREATE TABLE erased_job (
    outlet BLOB NOT NULL,
    job BLOB NOT NULL CHECK (length(job) = 16),
    log_seq INTEGER NOT NULL,
    PRIMARY KEY (outlet, job)
) STRICT, WITHOUT ROWID;
