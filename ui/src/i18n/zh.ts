/** 中文: the master; English must have the same keys (see shape.ts). */
import common from './zh/common';
import data from './zh/data';
import desk from './zh/desk';
import errors from './zh/errors';
import field from './zh/field';
import mine from './zh/mine';
import turns from './zh/turns';
import words from './zh/words';

export default { common, data, desk, errors, field, mine, turns, words };
