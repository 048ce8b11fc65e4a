INSERT OR REPLACE INTO quota (outlet, device_entries, device_bytes, device_photo_bytes,
                              outlet_entries, outlet_bytes, outlet_photo_bytes)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
