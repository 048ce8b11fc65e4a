/** The caller while an order is typed: asked a breath after the last key, and an answer that was overtaken is never shown. */
import type { CallView, HearCall } from '@schemas';
import { useDebounceFn } from '@vueuse/core';
import { ref, watch, type Ref } from 'vue';
import { call } from '@/api/call';

const BREATH = 200;

/** `said` is what has been typed so far. What can't be told is not shown: an order is taken without it. */
export function useCall(said: () => HearCall): Ref<CallView | null> {
  const heard = ref<CallView | null>(null);
  let asked = 0;
  const ask = useDebounceFn(async () => {
    const mine = ++asked;
    const input = said();
    const answer = await call('hearCall', input).catch(() => null);
    if (mine === asked) heard.value = answer;
  }, BREATH);
  watch(
    () => JSON.stringify(said()),
    () => void ask(),
    { immediate: true },
  );
  return heard;
}
