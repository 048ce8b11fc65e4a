/** What the forms offer to pick from; rule data, fetched once a run. */
import type { PickLists } from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { call } from '@/api/call';
import { base64Of } from '@/api/picture';
import { learn } from '@/i18n/trade';

export const usePicks = defineStore('picks', () => {
  const lists = ref<PickLists>({ brands: [], townships: [], faults: [], scripts: [] });
  let asked: Promise<void> | null = null;

  function load(): Promise<void> {
    asked ??= call('pickLists')
      .then((answer) => {
        lists.value = answer;
        learn(
          answer.faults.flatMap(({ symptom, fault, pairs }) => [symptom, fault, ...pairs.flatMap((pair) => [pair.cause, pair.action])]),
        );
      })
      .catch((error: unknown) => {
        asked = null;
        throw error;
      });
    return asked;
  }

  /** Codes that a picture shows; the picture is not kept. */
  const readCodes = async (picture: Blob) => call('readCodes', { base64: await base64Of(picture) });

  return { lists, load, readCodes };
});
