/** English. */
import bench from './en/bench';
import board from './en/board';
import common from './en/common';
import data from './en/data';
import desk from './en/desk';
import errors from './en/errors';
import fees from './en/fees';
import field from './en/field';
import mine from './en/mine';
import proof from './en/proof';
import roster from './en/roster';
import turns from './en/turns';
import visit from './en/visit';
import words from './en/words';
import type { Messages } from './shape';

const en: Messages = { bench, board, common, data, desk, errors, fees, field, mine, proof, roster, turns, visit, words };
export default en;
