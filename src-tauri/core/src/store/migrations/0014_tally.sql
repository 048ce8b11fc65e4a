-- What is held of each job and paper, summed up for comparing with the relay: place is its place in the tree of
-- doorstep_schemas::compare, digest the exclusive or of its runs' and grants'. It follows from run, pack and granted.
CREATE TABLE tally (
    place   INTEGER NOT NULL,
    subject BLOB    NOT NULL,
    digest  INTEGER NOT NULL,
    PRIMARY KEY (place, subject)
) STRICT, WITHOUT ROWID;

-- Jobs, by their orders, and papers whose sum is to be made anew: whatever moves a run or a grant says so, whoever it is.
CREATE TABLE tally_due (subject TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

-- OR IGNORE would not do: the policy of the statement that fires a trigger goes before.
CREATE TRIGGER run_came AFTER INSERT ON run BEGIN
    INSERT INTO tally_due SELECT s FROM
        (SELECT CASE WHEN new.doc GLOB 'sheet:*' THEN 'order:' || substr(new.doc, 7) ELSE new.doc END AS s)
    WHERE NOT EXISTS (SELECT 1 FROM tally_due WHERE subject = s);
END;
CREATE TRIGGER run_moved AFTER UPDATE OF seq, hash ON run BEGIN
    INSERT INTO tally_due SELECT s FROM
        (SELECT CASE WHEN new.doc GLOB 'sheet:*' THEN 'order:' || substr(new.doc, 7) ELSE new.doc END AS s)
    WHERE NOT EXISTS (SELECT 1 FROM tally_due WHERE subject = s);
END;
CREATE TRIGGER run_went AFTER DELETE ON run BEGIN
    INSERT INTO tally_due SELECT s FROM
        (SELECT CASE WHEN old.doc GLOB 'sheet:*' THEN 'order:' || substr(old.doc, 7) ELSE old.doc END AS s)
    WHERE NOT EXISTS (SELECT 1 FROM tally_due WHERE subject = s);
END;
CREATE TRIGGER grant_came AFTER INSERT ON granted BEGIN
    INSERT INTO tally_due SELECT s FROM
        (SELECT 'order:' || new.job AS s)
    WHERE NOT EXISTS (SELECT 1 FROM tally_due WHERE subject = s);
END;
CREATE TRIGGER grant_moved AFTER UPDATE OF access ON granted BEGIN
    INSERT INTO tally_due SELECT s FROM
        (SELECT 'order:' || new.job AS s)
    WHERE NOT EXISTS (SELECT 1 FROM tally_due WHERE subject = s);
END;
CREATE TRIGGER grant_went AFTER DELETE ON granted BEGIN
    INSERT INTO tally_due SELECT s FROM
        (SELECT 'order:' || old.job AS s)
    WHERE NOT EXISTS (SELECT 1 FROM tally_due WHERE subject = s);
END;

INSERT OR IGNORE INTO tally_due
    SELECT CASE WHEN doc GLOB 'sheet:*' THEN 'order:' || substr(doc, 7) ELSE doc END FROM run;
INSERT OR IGNORE INTO tally_due SELECT 'order:' || job FROM granted;
-- The last pack that was summed up; no row: all are.
INSERT INTO meta (key, value) SELECT 'tally_packs', x'8000000000000000' WHERE EXISTS (SELECT 1 FROM pack);
