/** What is said beyond the first screen, before departure and on site; fetched with a job's pages. */
import type { OnsiteMessages } from '../shape';

const onsite: OnsiteMessages = {
  onsite: {
    take: {
      title: 'Take along',
      hint: 'By the reported symptom; no diagnosis',
      have: 'You carry {count}',
      none: 'You carry none',
      tools: 'Tools: {list}',
    },
    script: {
      title: 'Say on the phone first: {name}',
      readOut: 'Read it out, one line after the other',
      never: 'On no account',
      first: 'Calls to make first: {list}',
      dial: 'Call {number}',
      noted: 'Said; write it down',
    },
    clock: {
      stopped: 'Clock stopped: {reason}',
    },
    remarks: 'Remarks',
    late: {
      title: 'Enter a step later',
      hint: 'For what nobody tapped: give the true time. When it was entered is kept as well.',
      which: 'Which step',
      leave: 'Left',
      save: 'Enter',
      saved: 'Entered: {step}',
      finish: 'It ended earlier (enter later)',
    },
    sheet: {
      last: 'As last time ({day})',
      lastHint: 'Fills in: {list}. Nothing measured.',
      lastDone: '{count} field filled as last time | {count} fields filled as last time',
      tools: 'Tools: {list}',
      more: '{count} other possibility | {count} other possibilities',
      likelyParts: 'Usual for this symptom',
      otherParts: 'Other parts for this appliance',
      outdoor: 'Outdoor serial',
    },
    card: { scan: 'Scan to call {name}' },
  },
  words: {
    mend: { pause: 'Stop the clock', resume: 'Go on', appointment: 'Appointment', remark: 'Remark', unit_serial: 'Outdoor serial' },
    input: {
      stop_reason: 'Waiting for',
      result: 'How the call went',
      when_day: 'Day',
      from: 'From',
      to: 'Until',
      outdoor_serial: 'Outdoor unit’s serial',
    },
    pauseReason: { goods: 'Goods', parts: 'Parts', rectification: 'The customer’s rectification' },
    appointment: { appointed: 'Agreed', failed: 'Not reached', rebooked: 'Moved', passed_on: 'Passed on' },
  },
};
export default onsite;
