/** One line of a unit's chain in words: what happened, and what was written with it. */
import type { BenchLine, Language } from '@schemas';
import { money } from '@/format/amount';
import { date } from '@/format/time';
import type { useTexts } from '@/i18n';

type Texts = ReturnType<typeof useTexts>;

export function told(line: BenchLine, { t, word, tongue }: Texts): { what: string; more: string[] } {
  const node = (code: string) => word('node', code);
  const day = (at: number) => date(at, tongue() as Language);
  const priced = (level: string | null, fen: number) =>
    t('bench.other', { level: level ? word('repairLevel', level) : '', money: money(fen) });
  const loaner = (tag: string, model: string) => [word('input', 'loaner'), tag, model].filter(Boolean).join(' ');
  switch (line.happened) {
    case 'custody': {
      const elsewhere = line.step === 'to_factory' || line.step === 'from_factory';
      const what = line.step === null ? word('mend', 'bench') : elsewhere ? word('mend', line.step) : node(line.step);
      return { what, more: [line.tag, line.place, line.condition, line.carried_in ? t('bench.carriedIn') : ''] };
    }
    case 'loaner': {
      const deposit = line.deposit_fen > 0 ? `${t('bench.deposit')} ${money(line.deposit_fen)}` : '';
      return { what: node('loaner_placed'), more: [loaner(line.tag, line.model), deposit, line.condition] };
    }
    case 'loaner_back': {
      const kept = line.kept_fen > 0 ? t('bench.kept', { money: money(line.kept_fen) }) : t('bench.returned');
      return { what: node('loaner_back'), more: [line.condition, kept, line.reason] };
    }
    case 'without_loaner':
      return {
        what: word('mend', 'without_loaner'),
        more: [line.why ? word('noLoaner', line.why) : '', line.promised === null ? '' : t('bench.readyOn', { day: day(line.promised) })],
      };
    case 'work': {
      const level = line.level ? word('repairLevel', line.level) : '';
      return {
        what: line.work ? word('benchWork', line.work) : word('mend', 'bench'),
        more: [level, line.channel ? word('channel', line.channel) : '', line.text],
      };
    }
    case 'diagnosis': {
      const level = line.level ? word('repairLevel', line.level) : '';
      return { what: node('diagnosed'), more: [line.cause, line.repairable ? level : t('bench.cannot')] };
    }
    case 'quote': {
      const beside =
        line.other_fen === null
          ? ''
          : t('bench.beside', { level: line.other_level ? word('repairLevel', line.other_level) : '', money: money(line.other_fen) });
      return { what: node('quoted'), more: [priced(line.level, line.total_fen), t('bench.takes', { count: line.days }), beside] };
    }
    case 'consent':
      return {
        what: node(line.yes ? 'consented' : 'given_up'),
        more: [
          line.who,
          line.channel ? word('channel', line.channel) : '',
          line.yes ? money(line.cost_fen) : '',
          line.yes ? t('bench.takes', { count: line.days }) : '',
        ],
      };
    case 'promise':
      return {
        what: word('mend', 'promise'),
        more: [
          line.ready === null ? '' : t('bench.readyOn', { day: day(line.ready) }),
          line.next_contact === null ? '' : t('bench.contactOn', { day: day(line.next_contact) }),
          line.note,
        ],
      };
  }
}
