/** Values that two people wrote apart, in memory. */
import type { ConflictView, Failure, JobView, Resolve } from '@schemas';
import { PhotoStory } from './photoStory';

const refused = (code: Failure['code']): { failure: Failure } => ({ failure: { code, params: {}, detail: code } });

export abstract class ConflictStory extends PhotoStory {
  protected contested: ConflictView[] = [];

  do_conflicts = (): ConflictView[] => this.contested;

  do_resolve(input: Resolve): JobView | { failure: Failure } {
    const same = ({ place }: ConflictView) => JSON.stringify(place) === JSON.stringify(input.place);
    const found = this.contested.find(same);
    if (!found) return refused('nothing_to_pick');
    if (!found.may_resolve) return refused('owner_only');
    if (input.choice.choice === 'typed' && input.place.field !== null) return refused('input_invalid');
    this.contested = this.contested.filter((each) => !same(each));
    if (this.contested.length === 0)
      this.view.card.findings = this.view.card.findings.filter((finding) => finding.code !== 'conflicting_values');
    return this.changed('resolve');
  }
}
