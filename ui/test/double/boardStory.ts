/** 调度 in memory: a day of eight members, with jobs that are given away, moved and taken back. */
import type {
  AlertKind,
  Assign,
  BoardJob,
  BoardMember,
  BoardView,
  JobCard,
  JobView,
  NoteOnOrder,
  OneDay,
  Suggest,
  SuggestView,
  Undo,
} from '@schemas';
import { card, deed, job, owner, ran, text, tian } from '../builders';
import { RosterStory } from './rosterStory';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MEMBERS = [
  ran,
  tian,
  ...['向波', '小邓', '龙师傅', '谭兴', '单志强'].map((name, place) => ({
    id: `0000MB0${place}`,
    name,
    roles: [name === '龙师傅' ? 'repairer' : name === '向波' ? 'installer' : 'technician'] as typeof ran.roles,
    active: true,
  })),
  owner,
];
const GRADES = { 冉小军: 'a', 田勇: 'b', 向波: 'c', 小邓: 'd' } as const;
const ORDER: AlertKind[] = ['emergency', 'overdue', 'hazard_remaining', 'refused'];
const chars = (place: number) => `01KAJ9Z0000000000008${String(place).padStart(6, '0')}`;

/** Customer, township, appliance, first hour, hours, whose (by place), state. */
type Line = [string, string, string, number, number, number | null, Partial<JobCard>?];
const LINES: Line[] = [
  ['罗桂香', '城关镇', '北岭 KFR-35GW/BP3N1', 8, 2, 0, { status: 'finished', outcome: 'completed' }],
  ['彭秀兰', '石桥铺镇', '安泉 ES50H-A1', 11, 1, 0, { status: 'working' }],
  ['覃大勇', '双河口镇', '北岭 KFR-35GW', 14, 2, 0],
  ['田有福', '大湾乡', '安泉 ES60H-D3', 9, 1, 1, { status: 'finished', outcome: 'refused_unsafe' }],
  ['向明', '新集镇', '凌越 DSK-85', 13, 2, 1],
  ['张老师', '城关镇', '北岭 KFR-35GW', 14.5, 1.5, 1],
  ['谭记农家乐', '红岩乡', '柜机、洗衣机、烟机', 9, 4, 2, { kind: 'install', appliances: 3 }],
  ['邓小妹', '柳林镇', '云浣 XQG100-14', 10, 1.5, 3],
  ['杨光荣', '高店子镇', '晶视 65E3', 16, 2, 4],
  ['龚正平', '白杨坪乡', '旺泉 JSQ25-13', 15, 2, 5],
  ['王芳', '柳河镇', '凌越 DSK-85', 0, 0, null, { urgency: 'class2', symptom: '接头漏水' }],
  ['赵桂兰', '石桥铺镇', '安泉 ES60H', 16, 2, null],
  ['单秀英', '城关镇', '云浣 XQG80', 0, 0, null],
];

export abstract class BoardStory extends RosterStory {
  boardCards: JobCard[] = [];
  private was: { action: string; cards: JobCard[] }[] = [];
  private made = 0;
  private readonly dayStart = Math.floor((Date.now() + 8 * HOUR) / DAY) * DAY - 8 * HOUR;

  constructor() {
    super();
    this.boardCards = LINES.map((line, place) => this.cardOf(line, place));
  }

  private cardOf([customer, township, appliance, hour, hours, whose, change = {}]: Line, place: number): JobCard {
    const from = this.dayStart + hour * HOUR;
    const window = hours > 0 ? { from, to: from + hours * HOUR } : null;
    const begun = change.status !== undefined;
    return card({
      job: chars(place),
      customer,
      township,
      appliance,
      appliance_kind: appliance.includes('KFR') ? 'air_conditioner' : 'storage_heater',
      urgency: 'normal',
      window,
      arrive_by: window?.to ?? Date.now() + (change.urgency ? 40 * 60_000 : 20 * HOUR),
      assignees: MEMBERS.filter((_, at) => at === whose),
      status: whose === null ? 'open' : 'accepted',
      arrived_at: begun ? from + 300_000 : null,
      finished_at: change.outcome ? from + 0.8 * HOUR : null,
      symptom: '',
      ...change,
    });
  }

  private bar(of: JobCard, start: number): BoardJob {
    const now = Date.now();
    const overdue = of.arrived_at === null && of.finished_at === null && (of.arrive_by ?? now) < now;
    if (of.finished_at !== null) return { card: of, of: 'done', from: of.arrived_at ?? of.finished_at, to: of.finished_at, overdue };
    if (of.arrived_at !== null) return { card: of, of: 'under_way', from: of.arrived_at, to: of.arrived_at + HOUR, overdue };
    if (of.window) return { card: of, of: 'agreed', from: of.window.from, to: of.window.to, overdue };
    const from = Math.min(now, start + 20 * HOUR);
    return { card: of, of: 'deadline', from, to: from + HOUR, overdue };
  }

  private member(member: (typeof MEMBERS)[number], jobs: BoardJob[]): BoardMember {
    const theirs = jobs.filter((each) => each.card.assignees.some(({ id }) => id === member.id)).sort((a, b) => a.from - b.from);
    const open = theirs.filter((each) => each.card.finished_at === null);
    const gaps = theirs.slice(1).flatMap((next, place) => {
      const one = theirs[place];
      if (!one || one.card.township === next.card.township) return [];
      const [leaves, arrives] = [one.card.township, next.card.township];
      return [{ from: Math.min(one.to, next.from), to: next.from, leaves, arrives, clash: one.to > next.from }];
    });
    return {
      member,
      open: open.length,
      jobs: theirs.length,
      minutes: open.length * 60,
      townships: [...new Set(theirs.map((each) => each.card.township))],
      grade: GRADES[member.name as keyof typeof GRADES] ?? null,
      score: member === ran ? text('4.87 分（31 人评价）', '4.87 (31 ratings)') : text('新（2 人评价）', 'New (2 ratings)'),
      papers: member === tian ? [{ kind: 'welding', number: 'H1', expires: this.dayStart + 12 * DAY, ends_soon: true, ended: false }] : [],
      gaps,
    };
  }

  do_board({ at }: OneDay): BoardView {
    const start = at === null ? this.dayStart : Math.floor((at + 8 * HOUR) / DAY) * DAY - 8 * HOUR;
    const jobs = start === this.dayStart ? this.boardCards.map((each) => this.bar(each, start)) : [];
    const kindOf = ({ card: of, overdue }: BoardJob): AlertKind | null =>
      of.urgency !== 'normal' && of.arrived_at === null
        ? 'emergency'
        : overdue
          ? 'overdue'
          : of.outcome === 'refused_unsafe'
            ? 'refused'
            : null;
    return {
      day: new Date(start + 8 * HOUR).toISOString().slice(0, 10),
      start,
      now: Date.now(),
      members: MEMBERS.map((each) => this.member(each, jobs)),
      jobs,
      alerts: jobs
        .flatMap((each) => {
          const kind = kindOf(each);
          const { job: id, customer, township, arrive_by: due } = each.card;
          return kind ? [{ kind, job: id, customer, township, due }] : [];
        })
        .sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind)),
      left_off: 0,
    };
  }

  do_suggest({ job: of, beside }: Suggest): SuggestView {
    const asked = this.boardCards.find((each) => each.job === of);
    const line = (member: (typeof MEMBERS)[number]) => {
      const load = this.boardCards.filter((each) => each.finished_at === null && each.assignees.some(({ id }) => id === member.id)).length;
      const alone = beside.every((id) => id === member.id);
      const low = member.name === '小邓' && !this.aside.has(of + member.id) && alone;
      const unpapered = member.name === '龙师傅' && alone;
      const stops = [
        ...(low ? [{ code: 'grade_too_low' as const, subject: text('故障难度 B，等级 D', 'The fault asks for B, the grade is D') }] : []),
        ...(unpapered
          ? [{ code: 'certificate_missing' as const, subject: text('低压电工证：没有登记', 'low-voltage electrician: not on the roster') }]
          : []),
      ];
      const reasons = [
        load === 0 ? text('当天空闲', 'Nothing else that day') : text(`当天还有${load}单`, `${load} more that day`),
        ...(unpapered ? [] : [text('有低压电工证', 'Holds low-voltage electrician')]),
        text('新（2 人评价）', 'New (2 ratings)'),
      ];
      const assigned = asked?.assignees.some(({ id }) => id === member.id) ?? false;
      const jump = { to: 'owner' as const };
      const [fits, told] = [stops.length === 0, stops.map((stop) => ({ ...stop, jump }))];
      return { load, told: { member, assigned, fits, may_set_aside: low, stops: told, reasons } };
    };
    const lines = MEMBERS.map(line).sort((a, b) => Number(b.told.fits) - Number(a.told.fits) || a.load - b.load);
    return { job: of, needs: ['low_voltage'], difficulty: 'b', wished: null, lines: lines.map(({ told }) => told) };
  }

  private aside = new Set<string>();

  protected onBoard = (of: string): boolean => this.boardCards.some((each) => each.job === of);

  /** The job after a change that can be taken back. */
  private changedOnBoard(of: string, action: string, change: Partial<JobCard>): JobView {
    const line = { ...deed(owner.name, '11aa22bb33cc44dd', action), id: `b${++this.made}`, undoable: true };
    this.was.push({ action: line.id, cards: this.boardCards });
    this.boardCards = this.boardCards.map((each) => (each.job === of ? { ...each, ...change } : each));
    return { ...this.jobOnBoard(of), history: [line] };
  }
  protected jobOnBoard(of: string): JobView {
    return job({ card: this.boardCards.find((each) => each.job === of), may_write: false });
  }
  protected assignOnBoard({ job: of, members }: Assign): JobView {
    const assignees = MEMBERS.filter((each) => members.includes(each.id));
    return this.changedOnBoard(of, 'assign', { assignees, status: assignees.length > 0 ? 'accepted' : 'open' });
  }
  protected undoOnBoard({ job: of, action }: Undo): JobView {
    const before = this.was.find((each) => each.action === action);
    if (before) this.boardCards = before.cards;
    return this.jobOnBoard(of);
  }
  override do_note_on_order(input: NoteOnOrder) {
    const { job: of, fact } = input;
    if (!this.onBoard(of)) return super.do_note_on_order(input);
    if (fact.fact === 'override') this.aside.add(of + (fact.member ?? ''));
    const view =
      fact.fact === 'window'
        ? this.changedOnBoard(of, 'set_window', { window: fact.window, arrive_by: fact.window.to })
        : this.jobOnBoard(of);
    return { id: `D${++this.made}`, job: view };
  }
}
