/** The words for a failure, in the person's language. */
import type { Failure } from '@schemas';
import { i18n } from './index';

/** Codes whose parameters name something that has a word of its own. */
export function failureText(failure: Failure): string {
  const { t, te } = i18n.global;
  const named: Record<string, string> = { ...failure.params };
  if (named.field !== undefined && te(`words.field.${named.field}`)) named.field = t(`words.field.${named.field}`);
  const key = te(`errors.${failure.code}`) ? `errors.${failure.code}` : 'errors.internal';
  return t(key, named);
}
