/** The trade's words in English. */
export default {
  jobKind: {
    install: 'Install', repair: 'Repair', move: 'Move', remove: 'Remove', clean: 'Clean', maintenance: 'Maintenance', survey: 'Survey',
    appraisal: 'Appraisal', exchange: 'Exchange', trade_in: 'Trade-in', unit_pickup: 'Unit pickup', unit_return: 'Unit return',
  },
  appliance: {
    air_conditioner: 'Air conditioner', storage_heater: 'Storage water heater', instant_heater: 'Instant water heater',
    gas_heater: 'Gas water heater', washing_machine: 'Washing machine', refrigerator: 'Refrigerator', range_hood: 'Range hood',
    gas_stove: 'Gas stove', television: 'Television', other: 'Other appliance',
  },
  urgency: { class1: 'Class 1', class2: 'Class 2', normal: 'Normal' },
  coverage: { in_warranty: 'In warranty', out_of_warranty: 'Out of warranty', extended: 'Extended warranty', to_be_appraised: 'To be appraised' },
  node: {
    open: 'Unassigned', accepted: 'Accepted', departed: 'Departed', arrived: 'Arrived', card_shown: 'Card shown',
    safety_checked: 'Safety checked', working: 'Working', finished: 'Finished', cancelled: 'Cancelled',
  },
  nodeShort: {
    open: 'Order', accepted: 'Accept', departed: 'Depart', arrived: 'Arrive', card_shown: 'Card',
    safety_checked: 'Check', working: 'Work', finished: 'Finish', cancelled: 'Cancel',
  },
  outcome: {
    completed: 'Completed', solved_by_phone: 'Solved by phone', hazard_remaining: 'Repaired, hazard remaining', needs_part: 'Needs part',
    taken_to_bench: 'Taken to bench', refused_unsafe: 'Refused as unsafe', customer_absent: 'Customer absent',
    goods_not_arrived: 'Goods not arrived', given_up: 'Given up', no_fault_found: 'No fault found', condemned: 'Condemned',
  },
  phase: { before_work: 'Before work', before_power: 'Before power', trial: 'On trial' },
  failureClass: { a: 'Class A · house', b: 'Class B · appliance', c: 'Class C · immediate danger', warn: 'Warning' },
  verdict: { pass: 'Pass', warn: 'Warning', fail: 'Fail', not_applicable: 'Not applicable', not_measured: 'Not measured' },
  service: { test_power: 'Safety check', explain: 'Explain', maintain: 'Maintain', check_all: 'General check', clean_up: 'Clean up' },
  serviceState: { missing: 'Not done', done: 'Done', not_applicable: 'Not applicable', not_wanted: 'Not wanted' },
  stage: { nameplate: 'Nameplate', before: 'Before', during: 'During', after: 'After', reading: 'Reading' },
  role: { owner: 'Owner', technician: 'Technician', installer: 'Installer', repairer: 'Repairer' },
  deviceStatus: { active: 'Active', lost: 'Lost' },
  syncState: { synced: 'Synced', waiting: 'To upload', working: 'Syncing', offline: 'Offline', failed: 'Error' },
  photoPlace: { on_device: 'On this device', on_relay: 'On the relay' },
  step: {
    depart: 'Depart', arrive: 'Arrive', show_card: 'Show the card', check_safety: 'Safety check', fill_sheet: 'Fill in the sheet',
    finish: 'Finish', nothing: 'Finished',
  },
  field: { brand: 'Brand', model: 'Model', serial: 'Serial', symptom: 'Symptom', fault: 'Fault', cause: 'Cause', action: 'Action' },
  finding: {
    reading_failed: 'Reading failed', rectified: 'Put right', reading_missing: 'Reading missing', service_missing: 'Service missing',
    photo_missing: 'Photo missing', field_missing: 'Field missing', late: 'Late', overrun: 'Over time', hazard_remaining: 'Hazard remaining',
    refused: 'Refused', conflicting_values: 'Conflicting values',
  },
  blocker: {
    not_arrived: 'arrival not tapped', card_not_shown: 'card not shown yet', reading_missing: 'not measured yet',
    reading_not_measured: '“not measured” is no pass', reading_failed: 'failed: put right and measure again',
    field_missing: 'not filled in', photo_missing: 'not taken yet', service_missing: 'not picked yet',
  },
  action: {
    take_order: 'Took the order', assign: 'Assigned', depart: 'Departed', arrive: 'Arrived', show_card: 'Showed the card',
    record_reading: 'Recorded a reading', write_field: 'Filled in the sheet', use_part: 'Used a part', remove_part: 'Took a part back',
    answer_service: 'Recorded a service', add_photo: 'Took a photo', finish: 'Finished',
  },
  shell: { field: 'Phone screens', desk: 'Desk screens' },
  language: { zh: '中文', en: 'English' },
};
