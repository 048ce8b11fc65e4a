-- Jobs whose texts a person changed since they last went into the search: the row as it was then. What is taken out of the index
-- and put into it follows from that row and the newest one, so it is done when nobody waits, once for many edits.
CREATE TABLE search_due (id INTEGER PRIMARY KEY, row BLOB NOT NULL) STRICT;
