/** A job's facts for a text to its customer. */
import type { ApplianceView, JobView, Text } from '@schemas';
import { money, phone } from '@/format/amount';
import { clock, date, span } from '@/format/time';
import { applianceName, doneAs, type Facts, type MessageKind } from '@/i18n/customer';

const same = (text: string): Text => ({ zh: text, en: text });
const CONSUMER_LINE = '12315';

/** A unit that was taken away has no cause that its owner may read before the bench has diagnosed it (R19). */
function causeFor(view: JobView, appliance: ApplianceView | undefined): string {
  const taken = view.nodes.some((node) => ['taken', 'received'].includes(node.kind) && node.at !== null);
  const diagnosed = view.bench.find((each) => each.appliance === appliance?.id)?.diagnosis ?? null;
  return appliance && (!taken || diagnosed !== null) ? appliance.cause : '';
}

/** The first appliance is the one that is written of, as in the maker's reply. */
export function factsOf(view: JobView, eta: number, now: number): Facts {
  const { card, service_card: shown } = view;
  const [first] = view.appliances;
  const kind = applianceName(card.appliance_kind);
  const number = shown.numbers.find((each) => each.number !== CONSUMER_LINE)?.number ?? '';
  const at = (tongue: 'zh' | 'en') => {
    if (!card.window) return '';
    const { from, to } = card.window;
    const text = span(from, to, now, tongue);
    // A customer reads it tomorrow as well: the day is always said.
    return text.startsWith(clock(from)) ? `${date(from, tongue, now)} ${text}` : text;
  };
  return {
    outlet: same(shown.outlet),
    technician: same(shown.member),
    number: same(phone(number)),
    eta: same(clock(eta)),
    appliance: { zh: `${card.appliance}${kind.zh}`, en: [card.appliance, kind.en.toLowerCase()].filter(Boolean).join(' ') },
    done: doneAs(card.kind),
    fault: same(first?.fault ?? ''),
    action: same(first?.action ?? ''),
    fees: same(card.billed_fen > 0 ? money(card.billed_fen) : ''),
    why: same([first?.fault ?? '', causeFor(view, first)].filter(Boolean).join('，')),
    window: { zh: at('zh'), en: at('en') },
  };
}

/** Which text is likely wanted now. */
export function likelyKind(view: JobView): MessageKind {
  const { outcome, finished_at } = view.card;
  if (outcome === 'needs_part') return 'part_awaited';
  if (outcome === 'condemned' || view.nodes.some((node) => node.kind === 'unrepairable' && node.at !== null)) return 'unrepairable';
  return finished_at !== null ? 'repaired' : 'on_my_way';
}
