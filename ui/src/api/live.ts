/** What the core tells without being asked. */
import { events, type CoreEvent } from '@schemas';
import { onReconnect } from './host';

/** `missed` runs when events may have been lost on the way. Returns how to stop. */
export async function onCoreEvent(tell: (event: CoreEvent) => void, missed: () => void): Promise<() => void> {
  const stop = await events.coreMessage.listen((message) => tell(message.payload));
  const forget = onReconnect(missed);
  return () => {
    stop();
    forget();
  };
}
