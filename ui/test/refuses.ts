/** The core refuses a command from now on, until what is answered here is called. */
import type { Story } from './double/story';

export function refuses(story: Story, command: string): () => void {
  const [acts, name] = [story as unknown as Record<string, unknown>, `do_${command}`];
  const before = acts[name];
  acts[name] = () => ({ failure: { code: 'internal', params: {}, detail: command } });
  return () => void (acts[name] = before);
}
