-- What a device has brought on a day (UTC+8, counted from 1970).
CREATE TABLE day_use (
    outlet BLOB NOT NULL,
    day INTEGER NOT NULL,
    device BLOB NOT NULL CHECK (length(device) = 8),
    entries INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    photo_bytes INTEGER NOT NULL,
    PRIMARY KEY (outlet, day, device)
) STRICT, WITHOUT ROWID;

-- The most of a day, where an operator has set it.
CREATE TABLE quota (
    outlet BLOB PRIMARY KEY,
    device_entries INTEGER NOT NULL,
    device_bytes INTEGER NOT NULL,
    device_photo_bytes INTEGER NOT NULL,
    outlet_entries INTEGER NOT NULL,
    outlet_bytes INTEGER NOT NULL,
    outlet_photo_bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
