/** A parts list in memory: one row of each state. */
import type { PartRowState, PartsPlan, PartsPublished, PlannedPart, PublishParts, ReadParts, TakeBackSet } from '@schemas';
import { AnswerStory } from './answerStory';

const ROWS: PlannedPart[] = [
  { row: 6, state: 'wrong', code: 'XX', name: '', changes: [], notes: [{ code: 'required', column: 'guide', text: '' }] },
  {
    row: 3,
    state: 'changed',
    code: 'AQ-MF-63',
    name: '密封圈',
    changes: [
      { column: 'guide', before: '10.00', after: '12.50' },
      { column: 'low', before: '', after: '5' },
    ],
    notes: [],
  },
  {
    row: 4,
    state: 'added',
    code: 'LY-XX-01',
    name: '测温探头',
    changes: [
      { column: 'name', before: '', after: '测温探头' },
      { column: 'appliances', before: '', after: 'instant_heater storage_heater' },
      { column: 'guide', before: '', after: '36.00' },
      { column: 'tracked', before: '', after: 'no' },
    ],
    notes: [],
  },
  { row: 5, state: 'same', code: 'BTA41-600B', name: '可控硅', changes: [], notes: [] },
];

export abstract class PartListStory extends AnswerStory {
  private listed = false;

  do_read_parts({ sheet, columns }: ReadParts): PartsPlan {
    const named = columns ?? ['code', 'name', 'appliances', 'guide', 'dealer', 'low'];
    const fresh = ['changed', 'added'];
    const rows = ROWS.map((row) => (this.listed && fresh.includes(row.state) ? { ...row, state: 'same' as const, changes: [] } : row));
    const count = (state: PartRowState) => rows.filter((row) => row.state === state).length;
    return {
      sheets: [''],
      sheet,
      head: ['物料编码', '配件名称', '适用机型', '零售价', '网点价', '安全库存'],
      columns: named,
      samples: [['AQ-MF-63', 'LY-XX-01'], ['密封圈', '测温探头'], ['即热式热水器'], ['12.50', '36'], ['2.22', '11'], ['5', '3']],
      remembered: false,
      lacking: named.includes('code') ? [] : ['code'],
      added: count('added'),
      changed: count('changed'),
      same: count('same'),
      wrong: count('wrong'),
      rows,
      unnamed: 17,
    };
  }

  do_publish_parts({ from }: PublishParts): PartsPublished {
    // What begins later is not in the list that holds today.
    this.listed = from <= Date.now();
    this.do_publish_set({ kind: 'faults', file: '{}', from });
    return { version: '2027-01', added: 1, changed: 1 };
  }

  override do_take_back_set(input: TakeBackSet) {
    if (input.kind === 'faults') this.listed = false;
    return super.do_take_back_set(input);
  }
}
