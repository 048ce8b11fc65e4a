/** The owner's desk: fetched with it, because no phone shows these. */
import answer from './answer';
import board from './board';
import customers from './customers';
import desk from './desk';
import parts from './parts';
import review from './review';
import rows from './rows';
import settings from './settings';
import settle from './settle';
import tables from './tables';
import type { DeskMessages } from '../shape';

const owner: DeskMessages = { answer, board, customers, desk, parts, review, rows, settings, settle, tables };
export default owner;
