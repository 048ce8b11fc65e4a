INSERT OR IGNORE INTO part_use (holder, at, id, fact, code, name, quantity) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
