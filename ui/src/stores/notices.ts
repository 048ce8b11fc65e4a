/** Short messages at the edge of the screen: what was done (with a way back), what failed and what was kept. */
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { CallFailed } from '@/api/call';
import { NobodyOpens, tellSystem } from '@/api/host';
import { FileUnreadable } from '@/api/picture';
import { i18n } from '@/i18n';
import { failureText } from '@/i18n/failure';

export interface Notice {
  id: number;
  kind: 'done' | 'failed' | 'news';
  text: string;
  undo?: { label: string; run: () => void };
  /** Where to look at it. */
  go?: { label: string; to: string };
}

const STAYS_MS = { done: 4000, failed: 7000, news: 9000 };
const MOST_SHOWN = 4;

/** What a person is told about an error of any origin. */
export function tellFailure(error: unknown): string {
  if (error instanceof CallFailed) return failureText(error.failure);
  if (error instanceof NobodyOpens) return i18n.global.t('common.nobodyOpens');
  const code = error instanceof FileUnreadable ? error.code : 'internal';
  return failureText({ code, params: {}, detail: String(error) });
}

export const useNotices = defineStore('notices', () => {
  const shown = ref<Notice[]>([]);
  let last = 0;

  function dismiss(id: number): void {
    shown.value = shown.value.filter((notice) => notice.id !== id);
  }

  function show(notice: Omit<Notice, 'id'>): void {
    const id = ++last;
    // What was done before is told; what was done now takes its place, so that a small screen stays to be seen.
    const told = (other: Notice) => other.text === notice.text || (notice.kind === 'done' && other.kind === 'done' && !other.undo);
    shown.value = [...shown.value.filter((other) => !told(other)), { ...notice, id }].slice(-MOST_SHOWN);
    setTimeout(() => dismiss(id), notice.undo && notice.kind !== 'news' ? STAYS_MS.failed : STAYS_MS[notice.kind]);
  }

  const done = (text: string, undo?: Notice['undo']) => show({ kind: 'done', text, undo });
  const failed = (error: unknown) => show({ kind: 'failed', text: tellFailure(error) });

  /** What others did: on the screen, and by the system's means for whoever looks elsewhere. */
  function news(text: string, go: Notice['go'], undo?: Notice['undo']): void {
    show({ kind: 'news', text, go, undo });
    // It is on the screen, whatever the system makes of it.
    tellSystem(text).catch(() => undefined);
  }

  return { shown, done, failed, news, dismiss };
});
