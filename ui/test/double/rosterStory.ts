/** 花名册 in memory. */
import type { AuthorisationLine, CertificateLine, NoteOnRoster, RemoveKit, RosterNoted, RosterPerson, RosterView } from '@schemas';
import { owner, ran, text, tian } from '../builders';
import { BenchStory } from './benchStory';

const DAY = 86_400_000;
const MONTH_START = -3600_000;

export abstract class RosterStory extends BenchStory {
  people: RosterPerson[] = [ran, tian, owner].map((member) => ({
    member: member.id,
    grade: member === ran ? 'a' : member === tian ? 'b' : null,
    years: member === ran ? 6 : 1,
    earned: member === tian ? 'c' : null,
    score: member === ran ? text('4.87 分（31 人评价）', '4.87 (31 ratings)') : text('新（2 人评价）', 'New (2 ratings)'),
    certificates:
      member === owner
        ? []
        : [
            {
              kind: 'low_voltage',
              number: `DG-${member.id}`,
              issued: null,
              expires: Date.now() + (member === tian ? 20 : 700) * DAY,
              due: member === tian ? 'soon' : null,
            },
          ],
    kits:
      member === ran
        ? [
            {
              id: 'K0000001',
              level: 'standard',
              instrument: '兆欧表 ZC25',
              number: 'K1',
              calibrated: null,
              due: Date.now() - DAY,
              renewal: 'expired',
            },
          ]
        : [],
    events:
      member === ran
        ? [{ id: 'E0000001', event: 'reward', text: '季度第一', level: '', passed: true, fen: 10_000, at: Date.now() + MONTH_START }]
        : [],
    month_fen: member === ran ? 10_000 : 0,
  }));
  brands: AuthorisationLine[] = [
    { brand: '北岭', number: '', expires: Date.now() + 300 * DAY, due: null },
    { brand: '安泉', number: '400-000-1001', expires: Date.now() + 20 * DAY, due: 'soon' },
  ];
  filings: CertificateLine[] = [{ kind: 'gas_filing', number: 'RQ-2024-018', issued: null, expires: Date.now() + 40 * DAY, due: 'later' }];
  private switches: Record<string, string> = {};
  private written = 0;
  private backed = new Map<string, RosterPerson['events'][number]>();

  do_roster(): RosterView {
    const ending = this.people.flatMap((person) => person.certificates.flatMap((paper) => (paper.due ? [{ person, paper }] : [])));
    const of = (id: string) => [ran, tian, owner].find((member) => member.id === id) ?? null;
    return {
      people: this.people,
      outlet: this.filings,
      authorisations: this.brands,
      renewals: ending.map(({ person, paper }) => ({
        due: paper.due ?? 'undated',
        expires: paper.expires,
        member: of(person.member),
        what: text('低压电工证', 'low-voltage electrician'),
      })),
      grades_on: this.switches.grades !== 'off',
      contract_visits: this.switches.contract_visits !== 'off',
      notice_days: 30,
      now: Date.now(),
    };
  }
  do_note_on_roster({ fact }: NoteOnRoster): RosterNoted {
    const id = `N${String(++this.written).padStart(7, '0')}`;
    const change = (member: string | null, to: (person: RosterPerson) => Partial<RosterPerson>) => {
      this.people = this.people.map((person) => (person.member === member ? { ...person, ...to(person) } : person));
    };
    if (fact.fact === 'certificate') {
      const { kind, number, issued, expires, withdrawn } = fact;
      const others = (person: RosterPerson) => person.certificates.filter((each) => each.kind !== kind || each.number !== number);
      const line = { kind, number, issued, expires, due: null };
      change(fact.member, (person) => ({ certificates: [...others(person), ...(withdrawn ? [] : [line])] }));
      if (fact.member === null) {
        const rest = this.filings.filter((each) => each.number !== number);
        this.filings = [...rest, ...(withdrawn ? [] : [line])];
      }
    } else if (fact.fact === 'authorisation') {
      const { brand, number, expires, withdrawn } = fact;
      const rest = this.brands.filter((each) => each.brand !== brand);
      this.brands = [...rest, ...(withdrawn ? [] : [{ brand, number, expires, due: null }])];
    } else if (fact.fact === 'grade') change(fact.member, () => ({ grade: fact.grade, years: fact.years }));
    else if (fact.fact === 'no_grade') change(fact.member, () => ({ grade: null, years: 0 }));
    else if (fact.fact === 'about') this.switches[fact.key.replace('outlet/', '')] = fact.value;
    else if (fact.fact === 'kit') {
      const { level, instrument, number, calibrated, due } = fact;
      change(fact.member, ({ kits }) => ({ kits: [...kits, { id, level, instrument, number, calibrated, due, renewal: null }] }));
    } else if (fact.fact === 'event') {
      const { event, text: about, level, passed, fen } = fact;
      change(fact.member, ({ events }) => ({ events: [{ id, event, text: about, level, passed, fen, at: Date.now() }, ...events] }));
    } else if (fact.fact === 'take_back') {
      const back = this.backed.get(fact.event);
      const gone = this.people.flatMap((person) => person.events).find((each) => each.id === fact.event);
      if (gone) this.backed.set(id, gone);
      change(fact.member, ({ events }) => ({ events: [...(back ? [back] : []), ...events.filter((each) => each.id !== fact.event)] }));
    }
    return { id, roster: this.do_roster() };
  }
  do_remove_kit({ kit }: RemoveKit): RosterView {
    this.people = this.people.map((person) => ({ ...person, kits: person.kits.filter((each) => each.id !== kit) }));
    return this.do_roster();
  }
}
