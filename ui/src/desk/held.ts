/** What a device said it still holds, without the parts that are nothing. */
import type { DeviceView } from '@schemas';
import type { Say } from '@/format/lasting';

export function heldText(device: DeviceView, t: Say): string {
  const parts = [
    device.changes > 0 ? t('desk.team.holdsChanges', { count: device.changes }) : '',
    device.photos > 0 ? t('desk.team.holdsPhotos', { count: device.photos }) : '',
  ];
  return parts.filter(Boolean).join(t('common.separator', {}));
}
