/** Opens the door onto a story in memory, as the devhost would: the screens under test notice no difference. */
import { createPinia, setActivePinia } from 'pinia';
import { createMemoryHistory, createRouter, type Router } from 'vue-router';
import { vi } from 'vitest';
import { openDoor } from '@/api/host';
import { Story } from './double/story';

export interface Asked {
  command: string;
  input: Record<string, unknown>;
}

export function openStory(
  role = 'technician',
  Tale: new (role: string, tell: () => void) => Story = Story,
): {
  story: Story;
  asked: Asked[];
  router: Router;
  plugins: [ReturnType<typeof createPinia>, Router];
} {
  const story = new Tale(role, () => undefined);
  const asked: Asked[] = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const { input } = JSON.parse(String(init.body)) as { input: never };
    const command = url.slice('/ipc/'.length);
    // What is kept for the screens themselves is no question of theirs.
    if (!['kept', 'put_draft', 'remember'].includes(command)) asked.push({ command, input });
    const { failure, value } = story.answer(command, input);
    // A view travels as JSON, so a screen never shares the story's own objects.
    const body: unknown = JSON.parse(JSON.stringify(failure ?? value ?? null));
    return { ok: !failure, json: async () => body };
  });
  openDoor();
  const pinia = createPinia();
  setActivePinia(pinia);
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)*', component: { template: '<i />' } }] });
  return { story, asked, router, plugins: [pinia, router] };
}

export const T = (name: string) => `[data-test="${name}"]`;
