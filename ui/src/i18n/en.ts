/** English. */
import bench from './en/bench';
import common from './en/common';
import data from './en/data';

import errors from './en/errors';
import fees from './en/fees';
import field from './en/field';
import mine from './en/mine';
import noted from './en/noted';
import orderForm from './en/orderForm';
import roster from './en/roster';
import turns from './en/turns';
import visit from './en/visit';
import words from './en/words';
import type { Messages } from './shape';

const en: Messages = {
  bench,
  common,
  data,

  errors,
  fees,
  field,
  mine,
  noted,
  orderForm,
  roster,
  turns,
  visit,
  words,
};
export default en;
