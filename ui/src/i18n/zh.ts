/** 中文: the master; English must have the same keys (see shape.ts). */
import bench from './zh/bench';
import board from './zh/board';
import common from './zh/common';
import customers from './zh/customers';
import data from './zh/data';
import desk from './zh/desk';
import errors from './zh/errors';
import fees from './zh/fees';
import field from './zh/field';
import mine from './zh/mine';
import parts from './zh/parts';
import noted from './zh/noted';
import proof from './zh/proof';
import review from './zh/review';
import settle from './zh/settle';
import tables from './zh/tables';
import roster from './zh/roster';
import turns from './zh/turns';
import visit from './zh/visit';
import words from './zh/words';

export default {
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
