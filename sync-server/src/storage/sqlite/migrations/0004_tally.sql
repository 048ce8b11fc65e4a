-- What is held of each job and paper, summed up for comparing: place is its place in the tree, digest the exclusive or of
-- its runs' and grants'. It follows from run and job_grant, and is made from them once after this.
CREATE TABLE tally (
    outlet BLOB NOT NULL,
    place INTEGER NOT NULL,
    subject BLOB NOT NULL,
    digest INTEGER NOT NULL,
    PRIMARY KEY (outlet, place, subject)
) STRICT, WITHOUT ROWID;
