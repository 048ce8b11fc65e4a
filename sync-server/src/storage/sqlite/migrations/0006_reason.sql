-- Why an owner declined what waits, for its author.
ALTER TABLE inbox ADD COLUMN reason TEXT;
