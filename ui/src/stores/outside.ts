/** What the screens open outside of the app: calls, messages, and the map that this person goes by. */
import { ref } from 'vue';
import { openOutside } from '@/api/host';
import { callUri, MAPS, mapUri, messageUri, type MapApp } from '@/api/outside';
import { remember, remembered } from './draft';
import { useNotices } from './notices';

export type { MapApp } from '@/api/outside';

const KEY = 'map';

export function useOutside() {
  const notices = useNotices();
  const kept = remembered(KEY);
  const leave = (uri: string) => void openOutside(uri).catch(notices.failed);
  /** The map chosen last; `null` until one was. */
  const map = ref<MapApp | null>(MAPS.find((each) => each === kept) ?? null);

  function show(app: MapApp, address: string): void {
    map.value = app;
    remember(KEY, app);
    leave(mapUri(app, address));
  }

  return {
    maps: MAPS,
    map,
    show,
    callUri,
    call: (number: string) => leave(callUri(number)),
    message: (number: string, text: string) => leave(messageUri(number, text)),
  };
}
