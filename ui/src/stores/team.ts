/** Members and devices of the outlet. */
import type { AddMember, DeviceStatus, InviteView, TeamView } from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { call } from '@/api/call';
import { latest } from './latest';

export const useTeam = defineStore('team', () => {
  const view = ref<TeamView | null>(null);
  const load = latest(async () => {
    view.value = await call('team');
  });

  async function add(input: AddMember): Promise<void> {
    view.value = await call('addMember', input);
  }

  async function setDeviceStatus(device: string, status: DeviceStatus): Promise<void> {
    view.value = await call('setDeviceStatus', { device, status });
  }

  const invite = (member: string): Promise<InviteView> => call('invite', { member });

  return { view, load, add, setDeviceStatus, invite };
});
