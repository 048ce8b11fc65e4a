/**
 * The language files and the one i18n instance. A language is fetched when it is wanted: a phone reads one of them.
 */
import type { Language, Text } from '@schemas';
import { createI18n, useI18n } from 'vue-i18n';
import type { Messages, OnsiteMessages } from './shape';
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

/**
 * Texts that come with the screens that show them; a phone's first screen reads none. `desk`: the owner's desk. `hand`: what a technician
 * holds while working, camera and papers among it. `onsite`: what is said and picked on a visit. `start`: the first start, and a sample outlet.
 */
const LATER = {
  desk: { zh: () => import('./zh/owner'), en: () => import('./en/owner') },
  hand: { zh: () => import('./zh/hand'), en: () => import('./en/hand') },
  onsite: { zh: () => import('./zh/onsite'), en: () => import('./en/onsite') },
  start: { zh: () => import('./zh/start'), en: () => import('./en/start') },
};
type Later = keyof typeof LATER;
/** Those that were asked for, and when they are there. */
const wanted = new Map<Later, Promise<unknown>>();

async function add(part: Later, language: Language): Promise<void> {
  i18n.global.mergeLocaleMessage(language, (await LATER[part][language]()).default);
}

/** Fetches one part, in the language that is spoken and in each that comes after. Who asks while it comes waits for it, too. */
async function speakLater(part: Later): Promise<void> {
  const coming = wanted.get(part) ?? Promise.all([...loaded].map((language) => add(part, language)));
  wanted.set(part, coming);
  await coming;
}

export const speakDesk = () => speakLater('desk');
/** Of a job's pages. */
export const speakHand = () => Promise.all([speakLater('hand'), speakLater('onsite')]);
export const speakStart = () => speakLater('start');

export async function speak(language: Language): Promise<void> {
  if (!loaded.has(language)) {
    // Beside what a start has added.
    i18n.global.mergeLocaleMessage(language, await textsOf(language));
    loaded.add(language);
    await Promise.all([...wanted.keys()].map((part) => add(part, language)));
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
    word: (group: keyof Messages['words'] | keyof OnsiteMessages['words'], value: string) =>
      te(`words.${group}.${value}`) ? t(`words.${group}.${value}`) : value,
    say: (text: Text) => (tongue() === 'en' ? text.en || text.zh : text.zh || text.en),
    /** A word of the pick lists as this device speaks, and as it is kept. */
    trade: (text: string) => read(text, tongue()),
    kept: (text: string) => kept(text, tongue()),
    tongue,
  };
}
