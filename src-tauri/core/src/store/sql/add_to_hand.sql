INSERT INTO hand (member, fen) VALUES (?1, ?2) ON CONFLICT (member) DO UPDATE SET fen = fen + excluded.fen
