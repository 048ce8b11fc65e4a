-- Whether anything of a job is here, be it kept, waiting or put aside. ?1, ?2: order and sheet.
SELECT EXISTS (SELECT 1 FROM run WHERE doc IN (?1, ?2))
    OR EXISTS (SELECT 1 FROM change WHERE doc IN (?1, ?2))
    OR EXISTS (SELECT 1 FROM held_piece WHERE doc IN (?1, ?2))
    OR EXISTS (SELECT 1 FROM aside WHERE doc IN (?1, ?2))
    OR EXISTS (SELECT 1 FROM stray WHERE doc IN (?1, ?2))
    OR EXISTS (SELECT 1 FROM quarantine WHERE doc IN (?1, ?2))
    OR EXISTS (SELECT 1 FROM refused WHERE doc IN (?1, ?2))
