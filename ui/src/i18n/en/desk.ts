/** The desk's screens. */
export default {
  nav: { title: 'Doorstep', orders: 'Orders', review: 'Day review', team: 'Team', settings: 'Settings', label: 'Main menu' },
  orders: {
    title: 'Orders', subtitle: '{count} orders', search: 'Name, phone, address, model', new: 'New order', keyHint: '/ search · n new order', empty: 'No orders on this day',
    emptyNext: 'Press n or “New order” to take the first one.', noMatch: 'Nothing matches “{text}”', noMatchNext: 'Try another word, or clear the search.', assign: 'Assign', reassign: 'Reassign', unassigned: 'Unassigned',
    time: 'Time', customer: 'Customer', appliance: 'Appliance', symptom: 'Symptom', status: 'Progress', who: 'Who', open: 'Open', allStates: 'All', stateOpen: 'Unassigned', stateDoing: 'Under way', stateDone: 'Finished', assigned: 'Assigned to {names}',
    done: 'Done', nobody: 'Take back: nobody', clear: 'Clear the search', created: 'Order taken: {customer}', undo: 'Undo', previous: 'Day before', next: 'Day after', today: 'Today', taken: 'taken {time}', more: '{count} in all',
  },
  form: {
    title: 'New order', kind: 'Kind', urgency: 'Urgency', urgencyHint: {
      class1: 'Gas, shock or burning smell: guide by phone first (valve off, windows open, power off); send nobody into gas.', class2: 'Water leak: close the inlet valve first. Arrive within 60 min near, 120 min far.', normal: 'First visit within 24 hours.',
    },
    far: 'Distance', near: 'Near (within 60 min)', farther: 'Far (within 120 min)', name: 'Customer', phone: 'Phone', township: 'Township', address: 'Address', appliances: 'Appliances', addAppliance: 'One more', removeAppliance: 'Remove this one',
    applianceKind: 'Kind', brand: 'Brand', model: 'Model', serial: 'Serial', optional: 'optional', symptom: 'Symptom', symptomHint: 'e.g. leaking joint, power and water off', window: 'Agreed time', windowNone: 'None', day: 'Day', from: 'From', to: 'To',
    dayToday: 'Today', dayTomorrow: 'Tomorrow', dayAfter: 'In 2 days', coverage: 'Who pays', maker: 'Maker’s order no.', note: 'Note', assign: 'Assign to', assignLater: 'Later', submit: 'Take the order', submitAssign: 'Take and assign to {name}',
    cancel: 'Put aside', draftKept: 'An order not taken yet stays here until next time', clear: 'Clear', needName: 'Fill in the customer', needPhone: 'Fill in the phone', needTownship: 'Pick or fill in the township', needAddress: 'Fill in the address', windowOrder: 'The end must be after the start', keys: 'Enter: next field · Ctrl+Enter: take · Esc: put aside',
    saving: 'Saving',
  },
  review: {
    title: 'Day review', yesterday: 'yesterday {value}', due: 'Done / due', late: '{count} late', onTime: 'On time', inLimit: 'Within limit', five: 'Five services complete', readings: 'Readings / failed', rectified: '{count} put right', refused: '{count} refused', hazards: '{count} hazards', parts: 'Parts',
    partsCount: '{count} used', photos: '{count} photos', time: 'Arrived', customer: 'Customer', appliance: 'Appliance', who: 'Who', result: 'Result', findings: 'Findings', money: 'Parts', none: 'none', empty: 'No orders on this day', emptyNext: 'Look at another day, or take an order under Orders.', arrivals: 'Arrivals by hour', members: 'On time by member',
    memberLine: '{name} {good}/{of}', notArrived: '{name}: {changes} records and {photos} photos have not arrived', seen: 'no signal since {time}', arrivedAll: 'Everything has arrived', pick: 'Pick a row to see its readings, photos and history', close: 'Close', chartLoading: 'Drawing', hourUnit: '{count} at {hour}:00', noArrivals: 'Nobody has arrived yet', noMembers: 'Nothing to rate yet',
  },
  panel: {
    photos: 'Photos', noPhotos: 'No photos', readings: 'Safety check', noReadings: 'No readings', services: 'Five services', parts: 'Parts', noParts: 'No parts used', history: 'Who did what when', sheet: 'Sheet', arrived: 'arrived {time}', usedMinutes: '{used} / {limit} min', rectified: 'Put right: {text}', notHere: 'On its way', loading: 'Fetching', method: 'Method: {text}', total: 'Total {money}', empty: 'empty', by: '{name} {time}',
  },
  team: {
    title: 'Team', members: 'Members', devices: 'Devices', name: 'Name', roles: 'Roles', add: 'Add member', addTitle: 'Add a member', save: 'Add', cancel: 'Cancel', invite: 'Enrol a device', inviteTitle: 'Enrol a device for {name}', inviteHow: 'Scan it with the phone, send the link, or read out the code. It works once.', link: 'Enrolment link', code: 'Code', copy: 'Copy the link', copied: 'Copied', expiresIn: 'Works for {time}', expired: 'Expired', renew: 'Get another', owner: 'Used by',
    lastSeen: 'Last contact', holds: 'Still holds', holdsNone: 'nothing', holdsSome: '{changes} records · {photos} photos', status: 'Status', lost: 'Mark lost', thisDevice: 'this one', never: 'never yet', lostTitle: 'Mark “{name}” as lost?', lostText: 'The relay refuses it at once, its data is erased, and it can’t be brought back. {changes} records and {photos} photos it still holds may be lost.', lostConfirm: 'Mark lost (final)', lostWait: '“{name}” is marked lost in {seconds} s', lostUndo: 'Take back', lostDone: '“{name}” is marked lost', inactive: 'left', emptyDevices: 'No devices yet', emptyDevicesNext: 'Choose “Enrol a device” beside a member and scan it with the phone.', needName: 'Fill in the name', needRole: 'Pick at least one role',
  },
  settings: {
    title: 'Settings', device: 'This device', appearance: 'Display', network: 'Network',
  },
};
