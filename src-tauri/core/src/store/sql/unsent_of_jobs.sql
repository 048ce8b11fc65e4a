-- ?1: names of documents, as JSON.
SELECT doc, count(*) FROM change INDEXED BY change_unsent
WHERE mine = 1 AND log_seq IS NULL AND doc IN (SELECT value FROM json_each(?1))
GROUP BY doc
