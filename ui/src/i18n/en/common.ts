/** Said everywhere. */
export default {
  app: 'Doorstep', save: 'Save', cancel: 'Cancel', close: 'Close', retry: 'Try again', ok: 'OK', loading: 'Opening', back: 'Back', yes: 'Yes', no: 'No',
  chip: { offline: 'Offline', waiting: '{count} to upload', onDevice: '{count} only here', stuck: '{count} stuck', label: 'Sync state' },
  minutes: '{count} min', hoursMinutes: '{hours} h {minutes} min', seconds: '{count} s', days: '{count} days',
  separator: ', ', failed: 'Not done', refused: 'This device has been shut out. What you entered is still here; call the owner.', network: 'Trying: no network',
  fatal: 'Can’t open', fatalHint: 'The app did not start properly. The data is all there; try again.',
  enrol: {
    title: 'Enrol this device', intro: 'Ask the owner for an enrolment link or code. Once is enough.', byLink: 'By link', byCode: 'By code', link: 'Enrolment link', linkHint: 'paste all of it, from doorstep:enrol on', relay: 'Relay address', relayHint: 'e.g. https://…', code: 'Code',
    codeHint: '8 letters and digits', name: 'Name of this device', nameHint: 'e.g. Ran’s phone', go: 'Enrol', going: 'Enrolling', paste: 'Paste',
  },
  picture: { of: '{stage} · {time}', close: 'Close the picture', previous: 'Previous', next: 'Next' },
};
