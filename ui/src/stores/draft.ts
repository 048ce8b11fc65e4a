/** Text that is typed but not saved yet, kept on this device until it is: a crash or a closed window loses none of it. */
import { ref, watch, type Ref } from 'vue';

const PREFIX = 'doorstep.draft.';

function read<T>(key: string, empty: T): T {
  const text = localStorage.getItem(PREFIX + key);
  if (text === null) return empty;
  try {
    const found: unknown = JSON.parse(text);
    return typeof empty === 'object' && empty !== null ? { ...empty, ...(found as T) } : (found as T);
  } catch {
    // A draft that can't be read is no reason to refuse the form.
    return empty;
  }
}

export function useDraft<T>(key: string, empty: () => T): { draft: Ref<T>; discard: () => void } {
  const draft = ref(read(key, empty())) as Ref<T>;
  let discarding = false;
  watch(
    draft,
    (value) => {
      if (!discarding) localStorage.setItem(PREFIX + key, JSON.stringify(value));
    },
    { deep: true, flush: 'sync' },
  );
  function discard(): void {
    discarding = true;
    draft.value = empty();
    localStorage.removeItem(PREFIX + key);
    discarding = false;
  }
  return { draft, discard };
}

/** Small choices that are offered again next time, such as the method last used. */
export function remembered(key: string): string {
  return localStorage.getItem(`doorstep.last.${key}`) ?? '';
}

export function remember(key: string, value: string): void {
  localStorage.setItem(`doorstep.last.${key}`, value);
}
