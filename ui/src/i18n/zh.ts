/** 中文: the master; English must have the same keys (see shape.ts). */
import bench from './zh/bench';
import common from './zh/common';
import data from './zh/data';

import errors from './zh/errors';
import fees from './zh/fees';
import field from './zh/field';
import mine from './zh/mine';
import noted from './zh/noted';
import orderForm from './zh/orderForm';
import roster from './zh/roster';
import turns from './zh/turns';
import visit from './zh/visit';
import words from './zh/words';

export default {
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
