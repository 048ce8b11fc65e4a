/** English. */
import bench from './en/bench';
import common from './en/common';
import data from './en/data';
import desk from './en/desk';
import errors from './en/errors';
import fees from './en/fees';
import field from './en/field';
import mine from './en/mine';
import noted from './en/noted';
import proof from './en/proof';
import roster from './en/roster';
import turns from './en/turns';
import visit from './en/visit';
import words from './en/words';
import type { Messages } from './shape';

const en: Messages = {
  bench,
  common,
  data,
  desk,
  errors,
  fees,
  field,
  mine,
  noted,
  proof,
  roster,
  turns,
  visit,
  words,
};
export default en;
