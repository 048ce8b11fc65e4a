/** 中文: the master; English must have the same keys (see shape.ts). */
import common from './zh/common';
import desk from './zh/desk';
import errors from './zh/errors';
import field from './zh/field';
import words from './zh/words';

export default { common, desk, errors, field, words };
