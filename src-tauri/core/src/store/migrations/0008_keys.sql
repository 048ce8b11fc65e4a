-- Keys of the photo files, independent of the database's own; new files lie under the newest. Generation 0 is what
-- followed from the store's key before there was a choice. None is ever deleted: a file may lie under it.
CREATE TABLE photo_key (
    generation INTEGER PRIMARY KEY,
    key        BLOB    NOT NULL CHECK (length(key) = 32),
    made_ms    INTEGER NOT NULL
) STRICT;
