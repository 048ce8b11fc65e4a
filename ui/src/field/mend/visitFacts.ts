/** Facts of the visit that nothing asks for: the clock, the call to the customer, a second serial, own words (R2, R15). */
import { dayOf, momentOf } from '@/format/time';
import { said, word, type Mend, type Values } from './fields';

const AGREED = ['appointed', 'rebooked'];
const agreed = ({ result }: Values) => AGREED.includes(result ?? '');
/** A time span of one day; none where a time is missing. */
const span = (values: Values) => {
  const [day, from, to] = ['when_day', 'from', 'to'].map((key) => said(values, key));
  return day && from && to ? { from: momentOf(day, from), to: momentOf(day, to) } : null;
};

export const VISIT = {
  pause: {
    fields: [
      { key: 'stop_reason', kind: 'choice', group: 'pauseReason', options: ['goods', 'parts', 'rectification'] },
      { key: 'note', kind: 'text', optional: true },
    ],
    write: (values, at) => at.note({ fact: 'pause', stopped: true, reason: word(values, 'stop_reason'), note: said(values, 'note') }),
  },
  resume: {
    fields: [{ key: 'note', kind: 'text', optional: true }],
    // The clock goes on for whatever reason it stood.
    write: (values, at) =>
      at.note({ fact: 'pause', stopped: false, reason: at.view.clock?.stopped ?? 'parts', note: said(values, 'note') }),
  },
  appointment: {
    fields: [
      { key: 'result', kind: 'choice', group: 'appointment', options: ['appointed', 'rebooked', 'failed', 'passed_on'] },
      { key: 'when_day', kind: 'day', when: agreed },
      { key: 'from', kind: 'time', when: agreed },
      { key: 'to', kind: 'time', when: agreed },
      { key: 'channel', kind: 'choice', group: 'channel', options: ['phone', 'chat', 'sms', 'in_person'] },
      { key: 'reason', kind: 'text', when: (values) => Boolean(values.result) && !agreed(values) },
      { key: 'reason', kind: 'text', optional: true, when: agreed },
    ],
    start: ({ view }) => ({
      result: view.nodes.some((node) => node.kind === 'appointed' && node.at !== null) ? 'rebooked' : 'appointed',
      when_day: dayOf(view.now),
      channel: 'phone',
    }),
    write: (values, at) =>
      at.note({
        fact: 'appointment',
        result: word(values, 'result'),
        window: agreed(values) ? span(values) : null,
        channel: word(values, 'channel'),
        reason: said(values, 'reason'),
      }),
  },
  remark: {
    fields: [{ key: 'text', kind: 'long' }],
    write: (values, at) => at.note({ fact: 'remark', text: said(values, 'text') }),
  },
  unit_serial: {
    fields: [
      { key: 'outdoor_serial', kind: 'text' },
      { key: 'photo', kind: 'photo', stage: 'outdoor_plate', optional: true },
    ],
    write: (values, at) =>
      at.note({
        fact: 'serial',
        appliance: at.appliance,
        unit: 'outdoor',
        serial: said(values, 'outdoor_serial'),
        photo: values.photo ?? null,
      }),
  },
} satisfies Partial<Record<string, Mend>>;
