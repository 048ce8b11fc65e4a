/** The words for a failure, in the person's language. */
import type { Failure } from '@schemas';
import { i18n } from './index';

export function failureText(failure: Failure): string {
  const { t, te } = i18n.global;
  const named: Record<string, string> = { ...failure.params };
  const { field } = named;
  const group = ['words.input', 'words.field'].find((each) => field !== undefined && te(`${each}.${field}`));
  if (group) named.field = t(`${group}.${field}`);
  const key = te(`errors.${failure.code}`) ? `errors.${failure.code}` : 'errors.internal';
  return t(key, named);
}
