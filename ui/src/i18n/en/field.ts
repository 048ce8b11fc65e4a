/** The phone's screens. */
export default {
  tabs: { today: 'Today', sync: 'Sync', me: 'Me' },
  today: {
    title: 'Today', jobs: '{count} jobs', pull: 'Pull to sync', release: 'Let go to sync', syncing: 'Syncing', synced: 'Synced',
    emptyTitle: 'No job for you today yet', emptyNext: 'Jobs appear when the owner assigns them; you can also sync now.',
    arriveBy: 'Arrive by {time}', left: '{time} left', lateBy: '{time} late', used: '{used} / {limit} min used', over: '{over} min over',
    more: '{count} appliances', noWindow: 'No time agreed', finishedAt: 'Finished {time}', unsent: '{count} only on this device', maker: 'Maker’s no. {number}',
  },
  job: {
    back: 'Back', call: 'Call', copy: 'Copy address', copied: 'Copied', map: 'Map', mapTitle: 'Open in which map', note: 'Note',
    journey: 'Steps', derived: 'follows from the records', sections: 'To do', safety: 'Safety check', safetyHint: 'Before any work: unmeasured means no start', sheet: 'Sheet',
    sheetFilled: '{done} / {all} filled in', photos: 'Photos', photosNeed: 'Still: {list}', photosTaken: '{count} taken', parts: 'Parts', partsNone: 'none used',
    partsUsed: '{count} · {money}', services: 'Five services', servicesCount: '{done} / 5', blockers: 'Missing before “completed”',
    blockerCount: '{count} missing', earlier: 'Earlier jobs', earlierNone: 'No earlier job of this phone or serial on this device', history: 'Who did what when', historyNone: 'Nothing recorded yet',
    onRelay: 'On the relay', onDevice: 'On this device', readOnly: 'Not assigned to you: reading only', finished: 'This job is finished', finishedHint: 'It uploads by itself; Sync shows where it is',
    goFinish: 'Finish', allDone: 'All there: ready to finish', next: 'Next step', loading: 'Opening', notFound: 'This device does not hold the job',
    servicesHint: 'Some follow from the records; pick the rest',
  },
  map: { amap: 'Amap', baidu: 'Baidu Maps', tencent: 'Tencent Maps' },
  card: {
    title: 'Service card', hint: 'Turn the phone to the customer', counting: 'Show for {seconds} s more', recorded: 'Recorded as shown',
    services: 'Five services for you', complaint: 'Not satisfied? Call', technician: 'At your door', close: 'Close', next: 'To the safety check',
  },
  safety: {
    title: 'Safety check', progress: '{done} / {all}', limit: 'Required {text}', basis: 'Basis', where: 'Where to measure', method: 'Method',
    pickMethod: 'Pick the method first', instrument: 'Instrument', instrumentHint: 'make and number, optional', save: 'Record', saveNext: 'Record, next',
    notApplicable: 'Not applicable', notMeasured: 'Can’t measure', reason: 'Reason', reasonHint: 'e.g. no instrument', rectify: 'Put right, measure again', rectifyTitle: 'First: what was put right',
    rectified: 'What was put right', rectifiedHint: 'e.g. tightened the earth terminal', rectifyGo: 'Measure again', again: 'Measure again', failedKept: 'The failed record stays for good', retest: 'Measuring again after a repair',
    nextRow: 'Next: {name}', done: 'All measured, back to the job', required: 'required', optional: 'optional', empty: 'Nothing to measure on this job', records: 'Records',
    typing: 'number not recorded yet', unmeasuredReasons: { instrument: 'No instrument', reach: 'Out of reach', customer: 'Customer refused' },
    notApplicableReasons: { absent: 'No such part here', design: 'Not needed on this model' }, key: { point: 'Decimal point', back: 'Delete digit', clear: 'Clear' },
    verdictOf: '{name} {value}: {verdict}', fixes: { terminal: 'Terminal tightened', wire: 'Wire replaced', socket: 'Socket replaced', breaker: 'RCD replaced' },
    pickOne: 'Pick one',
  },
  drawing: {
    socket: 'Socket', live: 'L', neutral: 'N', earth: 'PE', left: 'left N', right: 'right L', top: 'top PE', tester: 'Tester',
    button: 'Test', breaker: 'RCD', stake: 'Earth rod', appliance: 'Unit', meter: 'Meter', pipe: 'Pipe',
  },
  sheet: {
    title: 'Sheet', saved: 'On this device', saving: 'Saving', unsaved: 'Not saved', appliance: 'Unit {n}', fields: 'Unit and fault', pick: 'Pick', likely: 'Common: one tap fills three',
    parts: 'Parts', partsHint: 'one tap uses one', free: 'A part not on the list', name: 'Name', price: 'Price each (¥)', quantity: 'Quantity', add: 'Add', remove: 'Take back', removed: 'Took back {name}',
    undo: 'Undo', total: 'Total', noParts: 'No part used yet', noOffers: 'No parts list for this kind of unit', photos: 'Photos', shoot: 'Take', more: 'Take another', required: 'required', taken: '{count} taken',
    adding: 'Saving the photo', received: 'On the relay', waiting: 'On this device', uploading: '{percent}% up', open: 'Open the picture', notHere: 'Not on this device yet', fetch: 'Fetch it', fetching: 'Fetching',
    by: '{name} · {time}', cantPrice: 'The price must be a number', brands: 'Common brands',
  },
  services: {
    say: 'You could say', derived: 'follows from the records', done: 'Done', allNormal: 'All normal', notWanted: 'Not wanted', notApplicable: 'Not applicable', reason: 'Why not applicable',
    save: 'Record', from: { test_power: 'Follows when the required readings are taken', clean_up: 'Follows from the after-photo' },
  },
  finish: {
    title: 'Finish', outcome: 'How it ended', none: 'No outcome can be chosen yet', confirm: 'Confirm: {outcome}', pick: 'Pick how it ended', blockers: 'Missing for “completed”', done: 'Finished',
    undoable: 'After this the sheet can’t be changed',
  },
  sync: {
    title: 'Sync', onDevice: 'On this device', onRelay: 'On the relay', onOwner: 'On the owner’s device', caption: 'Where the records made here have got to', waiting: 'Only on this device', waitingNone: 'All on the relay',
    other: 'Other records', changes: '{count} records', photoCount: '{count} photos', photos: 'Photos', photosArrived: '{done} / {all} arrived', photosBytes: '{done} / {all}',
    photosNone: 'No photos yet', stuck: 'Stuck', stuckOurs: 'refused by the relay', stuckOthers: 'can’t be opened here', incomplete: '{count} records of others wait for an earlier part and join by themselves', attempts: 'Last attempts', attemptsNone: 'Not synced yet',
    ok: 'Done', sent: '{count} up', received: '{count} down', took: '{seconds} s', now: 'Sync now', working: 'Syncing', lastSuccess: 'Last success {time}',
    never: 'No success yet', nextTry: 'Tries again {time}', noNetwork: '“No network” is on, for trying', clock: 'This clock is {time} {direction}', fast: 'fast', slow: 'slow', offlineHint: 'Everything is on this device and goes up when there is a network',
  },
  me: {
    title: 'Me', who: 'I am', outlet: 'Outlet', device: 'This device', deviceId: 'Device no.', relay: 'Relay', language: 'Language', shell: 'Screens', textSize: 'Text size',
    textSizeHint: 'Follows the phone’s own text size: make it larger in the system settings', noNetwork: 'No network (for trying)', noNetworkHint: 'As if there were none: everything stays here, and goes up once this is off',
    keyInFile: 'The data’s key lies in a file', keyInFileHint: 'This machine has no key store. Whoever holds this folder can open the data: keep the device safe.', version: 'Version',
  },
};
