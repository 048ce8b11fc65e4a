/** Members and devices of the outlet. */
import type { AddMember, DeviceStatus, InviteView, SetMember, TeamView } from '@schemas';
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

  /** Roles, leaving and coming back; what is missing stays as it is. */
  async function setMember(member: string, change: Partial<Pick<SetMember, 'roles' | 'status'>>): Promise<void> {
    view.value = await call('setMember', { member, roles: null, status: null, ...change });
  }

  const invite = (member: string): Promise<InviteView> => call('invite', { member });

  return { view, load, add, setMember, setDeviceStatus, invite };
});
