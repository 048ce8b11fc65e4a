/** The words for a failure, in the person's language. */
import type { Failure } from '@schemas';
import { measured, money } from '@/format/amount';
import { i18n } from './index';

/** Fields of an amount: their bounds are fen. */
const MONEY = ['amount', 'asked', 'cost', 'deducted', 'deposit', 'guide', 'kept', 'most', 'other', 'total', 'unit'];

function bound(field: string | undefined, number: string): string {
  if (field === 'quantity') return measured(Number(number));
  return field !== undefined && MONEY.includes(field) ? money(Number(number)) : number;
}

export function failureText(failure: Failure): string {
  const { t, te, locale } = i18n.global;
  const { params } = failure;
  const nameOf = (word: string) => {
    const group = ['words.input', 'words.field'].find((each) => te(`${each}.${word}`));
    return group ? t(`${group}.${word}`) : word;
  };
  const named: Record<string, string> = { ...params };
  if (params.field !== undefined) named.field = nameOf(params.field);
  if (params.what !== undefined) named.what = nameOf(params.what);
  if (params.least !== undefined) named.least = bound(params.field, params.least);
  if (params.most !== undefined) named.most = bound(params.field, params.most);
  // What stands in the way has a name of its own where rule data gives one.
  const codes = (params.blockers ?? '').split(',').filter(Boolean);
  const words = codes.map((code) => (te(`words.blocker.${code}`) ? t(`words.blocker.${code}`) : code));
  named.list = (locale.value === 'en' ? params.en : params.zh) || words.join(t('common.separator'));
  const key = te(`errors.${failure.code}`) ? `errors.${failure.code}` : 'errors.internal';
  return t(key, named);
}
