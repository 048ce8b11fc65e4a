/**
 * The language files and the one i18n instance. A language is fetched when it is wanted: a phone reads one of them.
 */
import type { Language, Text } from '@schemas';
import { createI18n, useI18n } from 'vue-i18n';
import type { Messages } from './shape';
import { kept, read } from './trade';

export const i18n = createI18n({
  legacy: false,
  locale: 'zh',
  fallbackWarn: false,
  missingWarn: import.meta.env.DEV,
  messages: {} as Record<Language, Messages>,
});

const loaded = new Set<Language>();

async function textsOf(language: Language): Promise<Messages> {
  if (language === 'en') return (await import('./en')).default;
  return (await import('./zh')).default;
}

/** Whether the owner's desk is open: a phone never fetches its texts. */
let desk = false;

async function addDesk(language: Language): Promise<void> {
  const texts = language === 'en' ? await import('./en/owner') : await import('./zh/owner');
  i18n.global.mergeLocaleMessage(language, texts.default);
}

/** Fetches the desk's texts, in the language that is spoken and in each that comes after. */
export async function speakDesk(): Promise<void> {
  if (desk) return;
  desk = true;
  await Promise.all([...loaded].map(addDesk));
}

export async function speak(language: Language): Promise<void> {
  if (!loaded.has(language)) {
    // Beside what a start has added.
    i18n.global.mergeLocaleMessage(language, await textsOf(language));
    loaded.add(language);
    if (desk) await addDesk(language);
  }
  i18n.global.locale.value = language;
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}

/** A text of the rule data as it is stored: others read it, and bills are made of it, whatever this device speaks. */
export const written = (text: Text) => text.zh || text.en;

type Named = Record<string, unknown>;

/** Translations for one component: `t` for the language files, `word` for a value the core names, `say` for rule data's own texts. */
export function useTexts() {
  const { t, te, locale } = useI18n({ useScope: 'global' });
  const tongue = () => (locale.value === 'en' ? 'en' : 'zh') as Language;
  return {
    /** A text with `count` takes its plural where the language has one. */
    t: (key: string, named: Named = {}) => (typeof named.count === 'number' ? t(key, named, named.count) : t(key, named)),
    /** A value that this version doesn't know is shown as it is. */
    word: (group: keyof Messages['words'], value: string) => (te(`words.${group}.${value}`) ? t(`words.${group}.${value}`) : value),
    say: (text: Text) => (tongue() === 'en' ? text.en || text.zh : text.zh || text.en),
    /** A word of the pick lists as this device speaks, and as it is kept. */
    trade: (text: string) => read(text, tongue()),
    kept: (text: string) => kept(text, tongue()),
    tongue,
  };
}
