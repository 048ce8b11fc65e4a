/** Rule sets in memory: a stricter limit that two open jobs feel, and forms of what may be written without a file. */
import type {
  ExportSet,
  Failure,
  FormRow,
  JobsBySet,
  JobsBySetView,
  OneSetKind,
  PublishSet,
  RelayHealth,
  RelayView,
  ReviseSet,
  RuleSetsView,
  SetCompared,
  SetDrafted,
  SetFile,
  SetForm,
  SetKind,
  SetKindView,
  TableMade,
  TakeBackSet,
} from '@schemas';
import { card, owner, text } from '../builders';
import { SettleStory } from './settleStory';

const DAY = 86_400_000;
const KINDS: [SetKind, number][] = [
  ['limits', 52],
  ['needs', 41],
  ['faults', 96],
  ['steps', 33],
  ['emergency', 5],
  ['surcharges', 18],
  ['prices', 47],
  ['warranty', 14],
  ['promises', 16],
  ['numbers', 8],
  ['replies', 24],
  ['pieces', 12],
  ['places', 14],
  ['crew', 15],
  ['reminders', 7],
];
const number = (name: string, zh: string, en: string, is: number, unit: [string, string]): FormRow => ({
  under: text('时限与额度', 'promises and limits'),
  name: text(zh, en),
  fields: [{ pointer: `/promises/${name}`, label: text(zh, en), value: { of: 'number', is }, unit: text(...unit) }],
});
const both = (under: [string, string], pointer: string, name: [string, string], body: [string, string]): FormRow => ({
  under: text(...under),
  name: text(...name),
  fields: [{ pointer, label: text('正文', 'text'), value: { of: 'text', is: text(...body) }, unit: text('', '') }],
});
const word = (under: [string, string], pointer: string, name: [string, string], is: string): FormRow => ({
  under: text(...under),
  name: text(...name),
  fields: [{ pointer, label: text('号码', 'number'), value: { of: 'word', is }, unit: text('', '') }],
});
const FORMS: Partial<Record<SetKind, FormRow[]>> = {
  promises: [
    {
      under: text('时限与额度', 'promises and limits'),
      name: text('现场赔付上限', 'damage paid on the spot up to'),
      fields: [
        {
          pointer: '/promises/compensation_limit_fen',
          label: text('现场赔付上限', 'damage paid on the spot up to'),
          value: { of: 'money', is: 30_000 },
          unit: text('', ''),
        },
      ],
    },
    number('first_visit_hours', '首次上门', 'first visit within', 24, ['小时', 'h']),
    number('silence_hours', '无回音归档', 'filed without an answer after', 72, ['小时', 'h']),
    number('sample_percent', '随机回访比例', 'called at random', 10, ['%', '%']),
    number('expiry_notice_days', '证件到期提前提醒', 'papers announced before they end by', 30, ['天', 'days']),
    word(['时限与额度', 'promises and limits'], '/promises/market', ['市场级别', 'market tier'], 'tier4'),
  ],
  reminders: [
    {
      under: text('按季节提醒', 'by season'),
      name: text('夏天前清洗保养空调', 'Have the air conditioner cleaned before summer'),
      fields: [
        { pointer: '/seasons/0/from_month', label: text('从几月', 'from month'), value: { of: 'number', is: 4 }, unit: text('', '') },
        { pointer: '/seasons/0/to_month', label: text('到几月', 'to month'), value: { of: 'number', is: 5 }, unit: text('', '') },
      ],
    },
    {
      under: text('保养合同', 'maintenance contracts'),
      name: text('到期前自动下单', 'order taken before it is due by'),
      fields: [
        {
          pointer: '/contracts/order_days',
          label: text('到期前自动下单', 'order taken before it is due by'),
          value: { of: 'number', is: 7 },
          unit: text('天', 'days'),
        },
      ],
    },
  ],
  numbers: [
    word(['品牌', 'brands'], '/brands/0/number', ['安泉服务热线', 'Anquan service line'], '400-000-1001'),
    word(['品牌', 'brands'], '/brands/1/number', ['北岭服务热线', 'Beiling service line'], '400-000-1002'),
    word(['本店', 'the outlet'], '/outlet/number', ['号码', 'number'], ''),
  ],
  replies: [
    both(
      ['给用户的消息', 'messages to the customer'],
      '/messages/0/body',
      ['在路上', 'on my way'],
      [
        '您好，{outlet}的{technician}师傅在路上了，大约{eta}到。',
        'Hello, {technician} of {outlet} is on the way and should be there about {eta}.',
      ],
    ),
    both(
      ['回单格式', 'replies to makers'],
      '/replies/0/body',
      ['通用', 'any brand'],
      ['工单：{order}\n机型：{model}\n故障：{fault}', 'Order: {order}\nModel: {model}\nFault: {fault}'],
    ),
  ],
  steps: [
    both(
      ['五项服务', 'five services'],
      '/services/0/script',
      ['安全测电', 'Safety check'],
      ['动工前，我先给您家的插座和接地测一遍。', 'Before I start I’ll measure your socket and its earth.'],
    ),
  ],
  emergency: [both(['话术', 'scripts'], '/scripts/0/steps/0', ['燃气味', 'Smell of gas'], ['先关燃气总阀。', 'Close the main gas valve.'])],
};

export abstract class SettingsStory extends SettleStory {
  private kinds: SetKindView[] = [...KINDS, ['settlement', 0] as [SetKind, number]].map(([kind, rows]) => ({
    kind,
    rows,
    versions:
      kind === 'settlement'
        ? []
        : [
            {
              hash: 'ab'.repeat(32),
              version: '2026-11-2',
              from: null,
              stands: 'in_force',
              by: '',
              published: null,
              takes_back: null,
              awaited: false,
            },
          ],
  }));
  private published = 0;

  do_rule_sets = (): RuleSetsView => ({ kinds: this.kinds, refused: [], now: Date.now() });

  private compared(kind: SetKind): SetCompared {
    const priced = ['prices', 'settlement', 'surcharges', 'pieces'].includes(kind);
    const [before, after] = priced ? ['¥125.00', '¥130.00'] : ['4 Ω', '1 Ω'];
    return {
      kind,
      version: '2027-01',
      valid_from: this.books.now + 41 * DAY,
      changes: [
        {
          under: priced ? text('厂家 · 北岭', 'makers · 北岭') : text('限值', 'limits'),
          code: priced ? 'BL-HF-02' : 'earth_resistance',
          name: priced ? text('补焊加氟', 'Weld and charge') : text('接地电阻', 'Earth resistance'),
          turn: 'changed',
          values: [{ field: text('档 1 上限', 'band 1 up to'), before: text(before, before), after: text(after, after) }],
        },
        ...(priced
          ? []
          : [
              {
                under: text('限值', 'limits'),
                code: 'flue_draught',
                name: text('烟道抽力', 'Flue draught'),
                turn: 'added' as const,
                values: [
                  { field: text('阶段', 'phase'), before: null, after: text('试机', 'trial') },
                  { field: text('依据', 'basis'), before: null, after: text('厂家说明书', 'the maker’s manual') },
                ],
              },
            ]),
      ],
      more: 0,
      same: 11,
      touches_jobs: !priced,
    };
  }

  do_compare_set({ kind, file }: SetFile): SetCompared | { failure: Failure } {
    if (!file.startsWith('{'))
      return { failure: { code: 'set_refused', params: { line: '1', reason: 'expected value' }, detail: 'rule set' } };
    return this.compared(kind);
  }

  /** Two portions, so that progress is seen. */
  do_jobs_by_set({ after }: JobsBySet): JobsBySetView {
    const changes = [{ change: 'verdict', row: text('接地电阻', 'Earth resistance'), before: 'pass', after: 'fail' }] as const;
    if (after === null) return { jobs: [{ card: card(), changes: [...changes] }], looked: 120, of: 131, after: card().job };
    const gate = { change: 'gate', code: 'reading_missing', subject: text('烟道抽力', 'Flue draught'), comes: true } as const;
    return {
      jobs: [{ card: { ...card(), customer: '龚正平', job: '01KAJ9Z0000000000000000077' }, changes: [gate] }],
      looked: 11,
      of: 131,
      after: null,
    };
  }

  do_publish_set({ kind, from }: PublishSet): null {
    const later = from > Date.now();
    const id = `S${String(++this.published).padStart(7, '0')}`;
    this.kinds = this.kinds.map((set) =>
      set.kind !== kind
        ? set
        : {
            ...set,
            versions: [
              ...set.versions.map((each) => ({ ...each, stands: later ? each.stands : ('past' as const) })),
              {
                hash: `${this.published}`.repeat(64).slice(0, 64),
                version: '2027-01',
                from,
                stands: later ? ('to_come' as const) : ('in_force' as const),
                by: owner.name,
                published: Date.now(),
                takes_back: later ? id : null,
                awaited: false,
              },
            ],
          },
    );
    if (kind === 'prices' || kind === 'settlement' || kind === 'surcharges' || kind === 'pieces')
      this.books = { ...this.books, sets: [...this.books.sets, { kind, version: '2027-01', from, stands: 'to_come' }] };
    return null;
  }

  do_take_back_set({ kind, id }: TakeBackSet): null | { failure: Failure } {
    this.kinds = this.kinds.map((set) =>
      set.kind === kind ? { ...set, versions: set.versions.filter((each) => each.takes_back !== id) } : set,
    );
    return null;
  }

  do_export_set({ kind }: ExportSet): TableMade {
    const name = `${kind}-2026-11-2.json`;
    return { name, path: `/下载/${name}`, kilobytes: 12, rows: 1, mime: 'application/json', base64: btoa('{}') };
  }

  do_set_form({ kind }: OneSetKind): SetForm {
    return { kind, version: '2026-11-2', rows: FORMS[kind] ?? [] };
  }

  do_revise_set({ kind, values }: ReviseSet): SetDrafted | { failure: Failure } {
    if (values.some(({ value }) => value.of === 'number' && value.is > 1_000))
      return { failure: { code: 'set_refused', params: { line: '1', reason: '9000 is not between 1 and 8784' }, detail: 'rule set' } };
    return { file: JSON.stringify(values), compared: this.compared(kind) };
  }

  health: RelayHealth | null = {
    version: '0.1.0',
    round_trip_ms: 42,
    entries: 18_240,
    documents: 3_012,
    photos: 4_110,
    megabytes: 1_730,
    backed_up: 18_102,
    disk_free_megabytes: 212_400,
    drill: {
      began: Date.now() - 21 * DAY,
      ended: Date.now() - 21 * DAY + 95_000,
      outcome: 'same',
      entries: 17_004,
      photos: 3_980,
      reason: '',
    },
    drilling: false,
    may_drill: true,
  };

  do_relay(): RelayView {
    const { health } = this;
    // A drill is over when it is asked about again.
    if (health?.drilling) {
      const drill = {
        began: Date.now() - 3_000,
        ended: Date.now(),
        outcome: 'same',
        entries: health.entries,
        photos: health.photos,
        reason: '',
      } as const;
      this.health = { ...health, drilling: false, backed_up: health.entries, drill };
    }
    return this.relayView(health);
  }

  do_drill_relay(): RelayView {
    if (this.health) this.health = { ...this.health, drilling: true };
    return this.relayView(this.health);
  }

  private relayView(health: RelayHealth | null): RelayView {
    return {
      addresses: [
        { address: 'https://192.168.1.20:8470', way: 'nearby', in_use: health !== null },
        { address: 'https://relay.example', way: 'public', in_use: false },
      ],
      last_success: Date.now() - 60_000,
      health,
      unanswered: health === null ? 'relay_unreachable' : null,
      now: Date.now(),
    };
  }
}
