/** 待办: what waits for the owner's word, and the word itself. */
import type { AskedLine, JobCard, OwnersTurns, RequestStep } from '@schemas';
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { call } from '@/api/call';
import { useJobs } from './jobs';
import { latest } from './latest';
import { useReview } from './review';

/** What an owner's action on a sheet counts for: one that was withdrawn was none. */
const COUNTS: Record<string, number> = { approve: 1, return_sheet: 1, withdraw_answer: -1 };

/** Sheets that are finished and wait for an answer. */
const waits = (card: JobCard) =>
  card.finished_at !== null && !['approved', 'settled', 'cancelled'].includes(card.status) && !card.refounded_as;

export const useTurns = defineStore('turns', () => {
  const jobs = useJobs();
  const review = useReview();
  const view = ref<OwnersTurns | null>(null);
  /** Whether an owner answered a sheet before: it needs a pair of eyes whatever its findings. Missing while nobody looked. */
  const answered = ref(new Map<string, boolean>());

  /** Approved here, until the day says so itself. */
  const approvedNow = ref(new Set<string>());

  const sheets = computed(() => (review.view?.jobs ?? []).filter((card) => waits(card) && !approvedNow.value.has(card.job)));
  const plain = computed(() => sheets.value.filter((card) => card.findings.length === 0));
  const unseen = computed(() => plain.value.filter((card) => !answered.value.has(card.job)));
  const clean = computed(() => plain.value.filter((card) => answered.value.get(card.job) === false));
  const toLookAt = computed(() => sheets.value.filter((card) => card.findings.length > 0 || answered.value.get(card.job) === true));
  const count = computed(() => (view.value?.lines.length ?? 0) + sheets.value.length);

  const load = latest(async () => {
    view.value = await call('ownersTurns');
  });

  /** Looks once at each sheet without findings: what was returned or approved before is not for "all". */
  const look = latest(async () => {
    for (const card of unseen.value) {
      const { history } = await call('job', { job: card.job });
      const before = history.reduce((sum, { action }) => sum + (COUNTS[action] ?? 0), 0) > 0;
      answered.value = new Map(answered.value).set(card.job, before);
    }
  });

  function hide(job: string, hidden: boolean): void {
    const now = new Set(approvedNow.value);
    if (hidden) now.add(job);
    else now.delete(job);
    approvedNow.value = now;
  }
  function forget(changed: string[]): void {
    changed.filter((job) => approvedNow.value.has(job)).forEach((job) => hide(job, false));
    const kept = [...answered.value].filter(([job, before]) => before || !changed.includes(job));
    if (kept.length < answered.value.size) answered.value = new Map(kept);
  }

  async function approve(job: string): Promise<void> {
    await jobs.answerSheet({ job, kind: 'approved', note: '' });
    hide(job, true);
    answered.value = new Map(answered.value).set(job, true);
  }
  /** One's own last answer stands no more. */
  async function withdraw(job: string): Promise<void> {
    await jobs.answerSheet({ job, kind: 'withdrawn', note: '' });
    hide(job, false);
    // Looked at once more: whether it was answered before that.
    answered.value = new Map([...answered.value].filter(([of]) => of !== job));
  }
  async function giveBack(job: string, note: string): Promise<void> {
    await jobs.answerSheet({ job, kind: 'returned', note });
    hide(job, false);
    answered.value = new Map(answered.value).set(job, true);
  }

  async function answer(request: string, step: RequestStep, note: string): Promise<void> {
    await call('noteOnDesk', { fact: { fact: 'answer', request, step, promised: null, note } });
    await load();
  }
  /** An advance is a line of the wages as well, both in one act. Answers its name, by which it is undone. */
  async function grantAdvance(member: string, asked: AskedLine, fen: number, reason: string): Promise<string> {
    const { action } = await call('noteWage', { member, month: '', job: null, kind: 'advance', fen, reason, asked: asked.id });
    await load();
    return action;
  }
  async function undoAdvance(action: string): Promise<void> {
    await call('undoDesk', { action });
    await load();
  }
  /** With the member's own word or without one (R43). Answers the word's id, by which it is withdrawn. */
  async function takeCash(member: string, asked: AskedLine | null, fen: number, note = ''): Promise<string> {
    const id = await call('noteOnDesk', { fact: { fact: 'cash_taken', member, fen, hand_in: asked?.id ?? null, note } });
    await load();
    return id;
  }
  async function withdrawCash(id: string): Promise<void> {
    await call('noteOnDesk', { fact: { fact: 'withdraw', of: id } });
    await load();
  }
  async function answerPrice(job: string, fee: string, granted: boolean, most_fen: number): Promise<void> {
    await jobs.noteOnOrder({ job, fact: { fact: 'over_guide', fee, granted, most_fen, note: '' } });
    await load();
  }

  /** Six digits that let so much be taken for one line, to be said over the phone. */
  const sayDigits = async (job: string, most_fen: number) => (await call('sayDigits', { job, most_fen })).digits;

  return {
    view,
    sheets,
    unseen,
    clean,
    toLookAt,
    answered,
    count,
    load,
    look,
    forget,
    approve,
    withdraw,
    giveBack,
    answer,
    grantAdvance,
    undoAdvance,
    takeCash,
    withdrawCash,
    answerPrice,
    sayDigits,
  };
});
