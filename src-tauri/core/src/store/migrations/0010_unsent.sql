-- What is asked after every edit costs as much as is unsent, not as much as is here: own changes lie in order of how far
-- they came, and what is unsent lies by its run. The columns of the condition stand in each index, so that nothing of a
-- row is read to count it.
DROP INDEX change_unsent;
DROP INDEX change_unsent_doc;
DROP INDEX change_carried;
CREATE INDEX change_own ON change (log_seq, mine) WHERE mine = 1;
CREATE INDEX change_unsent ON change (doc, actor, mine, log_seq) WHERE mine = 1 AND log_seq IS NULL;
CREATE INDEX change_carried ON change (doc, actor, mine, log_seq) WHERE mine = 0 AND log_seq IS NULL;
