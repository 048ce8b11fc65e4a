/** The trade's own words: what the pick lists offer is kept as the trade writes it, and read by everybody in their language. */
import type { Language, Text } from '@schemas';
import { shallowRef } from 'vue';

const words = shallowRef<ReadonlyMap<string, Text>>(new Map());

/** Texts of the rule data, by either language. */
export function learn(texts: Text[]): void {
  words.value = new Map(texts.flatMap((text) => [text.en, text.zh].filter(Boolean).map((each) => [each, text] as const)));
}

const inTongue = (text: Text, tongue: Language) => (tongue === 'en' ? text.en || text.zh : text.zh || text.en);

/** A kept text as this device speaks; what somebody typed stays as it is. */
export function read(kept: string, tongue: Language): string {
  const known = words.value.get(kept.trim());
  return known ? inTongue(known, tongue) : kept;
}

/** What is typed or picked, as it is kept. */
export function kept(typed: string, tongue: Language): string {
  const known = words.value.get(typed.trim());
  return known && inTongue(known, tongue) === typed.trim() ? known.zh || known.en : typed;
}
