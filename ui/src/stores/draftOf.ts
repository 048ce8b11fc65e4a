/** A draft for a form that is about one thing after another: each thing has its own, and a form that is shut (an empty key) has none. */
import { computed, ref, type Ref } from 'vue';
import { useDraft } from './draft';

interface Held<T> {
  draft: Ref<T>;
  discard: () => void;
}

export function useDraftOf<T>(key: () => string, empty: () => T): Held<T> & { writing: () => () => void } {
  const opened = new Map<string, Held<T>>();
  function open(of: string): Held<T> {
    if (of !== '') return useDraft(of, empty);
    const draft = ref(empty()) as Ref<T>;
    return { draft, discard: () => (draft.value = empty()) };
  }
  const now = computed(() => {
    const of = key();
    const held = opened.get(of) ?? open(of);
    opened.set(of, held);
    return held;
  });
  const draft = computed({
    get: () => now.value.draft.value,
    set: (value) => {
      now.value.draft.value = value;
    },
  });
  return {
    draft,
    discard: () => now.value.discard(),
    /** To be called once what stands here now is written: by then the form may be about something else. */
    writing: () => now.value.discard,
  };
}
