/** Members and devices of the outlet. */
import type { MemberView, SetMember } from '@schemas';
import type { ran } from '../builders';
import { team } from '../outletBuilders';
import { ConflictStory } from './conflictStory';

export abstract class TeamStory extends ConflictStory {
  team = team();
  do_team = () => this.team;
  do_add_member(input: { name: string; roles: typeof ran.roles }) {
    this.team = { ...this.team, members: [...this.team.members, { id: this.id(), name: input.name, roles: input.roles, active: true }] };
    return this.team;
  }
  do_set_member({ member, roles, status }: SetMember) {
    const active = (each: MemberView) => (status === null ? each.active : status === 'active');
    const said = (each: MemberView) => (each.id === member ? { ...each, roles: roles ?? each.roles, active: active(each) } : each);
    return (this.team = { ...this.team, members: this.team.members.map(said) });
  }
  do_set_device_status(input: { device: string; status: 'active' | 'lost' }) {
    this.team = {
      ...this.team,
      devices: this.team.devices.map((each) => (each.device === input.device ? { ...each, status: input.status } : each)),
    };
    return this.team;
  }
}
