-- What jobs took from stocks (R22): by whose stock, empty for the shop's shelf, and when. Beside the row, so that what somebody
-- carries is added up without opening a job.
CREATE TABLE part_use (
    holder   TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    id       INTEGER NOT NULL,
    fact     TEXT    NOT NULL,
    code     TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    quantity INTEGER NOT NULL,
    PRIMARY KEY (holder, at, id, fact)
) STRICT, WITHOUT ROWID;

-- Machines as each finished job left them (R37). machine: a number that is made of what it is known by. kind: place of the word
-- among all. The newest row of a machine counts.
CREATE TABLE machine (
    machine INTEGER NOT NULL,
    served  INTEGER NOT NULL,
    id      INTEGER NOT NULL,
    kind    INTEGER NOT NULL,
    made    INTEGER,
    gone    INTEGER NOT NULL,
    PRIMARY KEY (machine, served, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX machine_served ON machine (kind, served, id);
CREATE INDEX machine_made ON machine (kind, made, id) WHERE made IS NOT NULL;
