/** 送修 in memory: a unit's chain from the facts that are noted, what comes next, and units of other jobs that are away. */
import type { BenchLine, BenchNext, BenchPage, BenchQueue, BenchStep, BenchUnit, Blocker, NodeKind, NoteFact, QueuedUnit } from '@schemas';
import { ran } from '../builders';
import { CODE_SVG } from './code';
import { ListStory } from './listStory';

const DAY = 86_400_000;
const UNIT = 'A0000001';

type Line<H extends BenchStep['happened']> = Extract<BenchLine, { happened: H }>;

export abstract class BenchStory extends ListStory {
  private chain: BenchLine[] = [];
  private backs = new Set<string>();
  /** Units of other jobs that are away. */
  protected away: QueuedUnit[] = [];

  /** What a fact means for the unit; facts of other topics mean nothing here. */
  protected noteAtBench(id: string, { fact, claimed }: NoteFact): void {
    const add = (step: BenchStep, node?: NodeKind) => {
      const now = Date.now();
      this.chain.push({ ...step, at: claimed ?? now, entered: claimed === null ? null : now, by: ran.name });
      this.chain.sort((a, b) => a.at - b.at);
      if (node) this.view.nodes.push({ kind: node, at: claimed ?? now, by: ran.name, derived: true, entered: null });
    };
    switch (fact.fact) {
      case 'custody': {
        const { step, tag, place, condition, carried_in } = fact;
        add({ happened: 'custody', step, tag, place, condition, carried_in }, step.endsWith('factory') ? undefined : (step as NodeKind));
        break;
      }
      case 'loaner': {
        const { tag, model, serial, deposit_fen, condition, kind } = fact;
        add({ happened: 'loaner', id, tag, model, deposit_fen, condition }, 'loaner_placed');
        const [like] = this.view.appliances;
        if (!like) break;
        const readings = like.readings.map((row) => ({ ...row, appliance: id, records: [] }));
        this.view.loaners = [...this.view.loaners, { ...like, id, kind, brand: tag, model, serial, readings, plate: {} }];
        break;
      }
      case 'loaner_back':
        this.backs.add(fact.loaner);
        add({ happened: 'loaner_back', condition: fact.condition, kept_fen: fact.kept_fen, reason: fact.reason }, 'loaner_back');
        break;
      case 'without_loaner':
        add({ happened: 'without_loaner', why: fact.why, promised: fact.promised });
        break;
      case 'bench': {
        const { work, text, level, channel } = fact;
        const node = (['repaired', 'unrepairable', 'informed'] as const).find((each) => each === work);
        add({ happened: 'work', work, text, level, channel }, node);
        break;
      }
      case 'diagnosis':
        add({ happened: 'diagnosis', cause: fact.cause, level: fact.level, repairable: fact.repairable }, 'diagnosed');
        break;
      case 'quote': {
        const { level, total_fen, other_level, other_fen, days } = fact;
        add({ happened: 'quote', id, level, total_fen, other_level, other_fen, days }, 'quoted');
        break;
      }
      case 'consent': {
        const { yes, who, channel, cost_fen, days } = fact;
        add({ happened: 'consent', yes, who, channel, cost_fen, days }, yes ? 'consented' : 'given_up');
        break;
      }
      case 'promise':
        add({ happened: 'promise', ready: fact.ready, next_contact: fact.next_contact, note: fact.note });
        break;
    }
  }

  private of<H extends BenchStep['happened']>(happened: H): Line<H>[] {
    return this.chain.filter((line): line is Line<H> => line.happened === happened);
  }

  private next(): BenchNext {
    const custody = this.of('custody').at(-1)?.step ?? null;
    const loaners = this.of('loaner');
    if (custody === null) return loaners.length + this.of('without_loaner').length > 0 ? 'take' : 'loaner';
    if (custody === 'taken' || custody === 'to_factory') return 'receive';
    if (custody === 'returned') return loaners.some((each) => !this.backs.has(each.id)) ? 'loaner_back' : 'nothing';
    const done = (work: string) => this.of('work').some((line) => line.work === work);
    if (done('informed')) return 'return';
    if (done('repaired') || done('unrepairable')) return 'inform';
    const diagnosis = this.of('diagnosis').at(-1);
    if (!diagnosis) return 'diagnose';
    if (!diagnosis.repairable) return 'inform';
    if (this.of('quote').length === 0) return 'quote';
    const consent = this.of('consent').at(-1);
    return !consent ? 'ask_consent' : consent.yes ? 'repair' : 'inform';
  }

  private unit(now: number): BenchUnit {
    const custody = this.of('custody');
    const next = this.next();
    const out = this.of('loaner').filter((each) => !this.backs.has(each.id));
    const taken = custody[0]?.at ?? null;
    const here = custody.at(-1)?.step ?? null;
    const away = here !== null && here !== 'returned';
    const promised = (pick: (line: Line<'promise'>) => number | null) => this.of('promise').map(pick).filter(Boolean).at(-1) ?? null;
    const ready = promised((line) => line.ready);
    const contact = promised((line) => line.next_contact);
    const untested = this.view.loaners.some((each) =>
      each.readings.some((row) => row.required && row.records.at(-1)?.verdict.verdict !== 'pass'),
    );
    const unsafe: Blocker = { code: 'loaner_unsafe', subject: null, jump: { to: 'bench', appliance: UNIT } };
    const quote = this.of('quote').at(-1);
    return {
      appliance: UNIT,
      name: this.view.card.appliance,
      custody: here,
      tag:
        custody
          .map((line) => line.tag)
          .filter(Boolean)
          .at(-1) ?? '',
      tag_svg: custody.some((line) => line.tag) ? CODE_SVG : null,
      place: custody.at(-1)?.place ?? '',
      days: away && taken !== null ? Math.floor((now - taken) / DAY) : null,
      ready,
      next_contact: contact,
      overdue: away && (now > (ready ?? (taken ?? now) + 2 * DAY) || (contact !== null && now > contact)),
      next,
      blockers: next === 'take' && untested ? [unsafe] : [],
      loaners_out: out.map((each) => each.id),
      deposits_fen: next === 'nothing' ? 0 : out.reduce((sum, each) => sum + each.deposit_fen, 0),
      quoted_fen: quote?.total_fen ?? null,
      consented: this.of('consent').at(-1)?.yes ?? false,
      chain: this.chain,
    };
  }

  do_bench(input: { job: string }): BenchPage {
    const now = Date.now();
    return { job: input.job, units: [this.unit(now)], may_write: this.view.may_write, now };
  }

  do_bench_queue(): BenchQueue {
    const now = Date.now();
    const { appliance: unit, name, tag, place, days, ready, next_contact, overdue, next } = this.unit(now);
    const own = days === null ? [] : [{ card: this.view.card, unit, name, tag, place, days, ready, next_contact, overdue, next }];
    return { units: [...this.away, ...own].sort((a, b) => b.days - a.days), now };
  }
}
