/** English. */
import bench from './en/bench';
import board from './en/board';
import common from './en/common';
import customers from './en/customers';
import data from './en/data';
import desk from './en/desk';
import errors from './en/errors';
import fees from './en/fees';
import field from './en/field';
import mine from './en/mine';
import parts from './en/parts';
import noted from './en/noted';
import proof from './en/proof';
import review from './en/review';
import settle from './en/settle';
import tables from './en/tables';
import roster from './en/roster';
import turns from './en/turns';
import visit from './en/visit';
import words from './en/words';
import type { Messages } from './shape';

const en: Messages = {
  bench,
  board,
  common,
  customers,
  data,
  desk,
  errors,
  fees,
  field,
  mine,
  noted,
  parts,
  proof,
  review,
  roster,
  settle,
  tables,
  turns,
  visit,
  words,
};
export default en;
