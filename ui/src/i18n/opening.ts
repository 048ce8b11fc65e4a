/** The texts of a start that takes long or fails. Nobody has chosen a language yet, so both are there. */
import type { Language } from '@schemas';
import en from './en/opening';
import { i18n, speak } from './index';
import zh from './zh/opening';

/** Speaks a language with these texts. They come first: what is drawn meanwhile would keep the other language's. */
export async function speakAtStart(language: Language): Promise<void> {
  i18n.global.mergeLocaleMessage(language, { opening: language === 'en' ? en : zh });
  await speak(language);
}
