SELECT m.name, s.bytes FROM (SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name) s
JOIN sqlite_master m ON m.name = s.name WHERE m.name GLOB 'job*' OR m.name GLOB 'search*' OR m.tbl_name = 'job'
