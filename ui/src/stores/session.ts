/** Who uses this device, and how it is set. */
import type { Enrol, Preferences, SessionView, SetPictures, Shell } from '@schemas';
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { call } from '@/api/call';
import { speak } from '@/i18n';
import { flush } from './draft';

/** From this width on the desk's screens fit. */
export const DESK_WIDTH = 1024;

export function shellFor(session: SessionView, width: number): Shell {
  if (!session.owner) return 'field';
  return session.shell ?? (width >= DESK_WIDTH ? 'desk' : 'field');
}

export const useSession = defineStore('session', () => {
  const view = ref<SessionView | null>(null);
  /** The relay refuses this device. */
  const refused = ref(false);
  const enrolled = computed(() => view.value?.enrolled ?? false);

  async function take(answer: SessionView): Promise<void> {
    await speak(answer.language);
    view.value = answer;
  }

  const load = async () => take(await call('session'));
  /** Another folder's work is shown from then on: nothing of the one before may stay in memory, on any screen. */
  const openSample = async (as_owner: boolean) => {
    await call('openSample', { as_owner });
    location.reload();
  };
  const leaveSample = async () => {
    await flush();
    await call('leaveSample');
    location.reload();
  };
  const enrol = async (input: Enrol) => take(await call('enrol', input));
  const prefer = async (change: Partial<Preferences>) =>
    take(await call('setPreferences', { language: null, shell: null, no_network: null, wifi_only: null, photo_position: null, ...change }));
  const setPictures = async (input: SetPictures) => take(await call('setPictures', input));

  const setCollection = async (code: string) => take(await call('setCollection', { code }));

  return { view, refused, enrolled, load, openSample, leaveSample, enrol, prefer, setPictures, setCollection };
});
