/** Opening the data takes long or failed: fetched then. */
export default {
  opening: 'Opening the data on this device',
  stay: 'What was saved is here. Leave the device on; it opens by itself when this is done.',
  failed: 'The data on this device is not open',
  again: 'Try again',
  language: '中文',
  details: 'Details, for whoever helps',
  copy: 'Copy',
  copied: 'Copied',
  folder: 'The data is here: {folder}',
  version: 'Version {version}',
  recover:
    'The outlet’s recovery key opens it: ask the owner to follow “The recovery key” in the manual, on this device. Do not delete this folder before that.',
  why: {
    store_failed:
      'The data could not be opened. What was saved is still here, unchanged. Try again; if it fails, restart the device or send the details below to whoever helps.',
    store_damaged:
      'The data is damaged and could not be repaired this time. What there was is kept. Try again; if it fails, send the details below to whoever helps, and do not reinstall the app.',
    disk_full: 'The storage is full, so the data is not open. What was saved is here; free some space and try again.',
    cancelled: 'The update was stopped; the data is as it was. Try again.',
    internal:
      'The app has a problem and the data is not open. What was saved is still here. Try again; if it fails, send the details below to whoever helps.',
  },
};
