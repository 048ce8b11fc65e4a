-- The search keeps its pieces in blocks. One of 4,050 bytes, as FTS5 makes them, does not fit into a page of this database,
-- where 80 of 4,096 bytes are the cipher's: its end goes to a second page, of which the rest stays empty. Of this size a
-- block and its cell fill one page. The blocks are made anew with the read models, at the first open after this.
INSERT INTO search (search, rank) VALUES ('pgsz', 3950);
