/** 老板的电脑界面：手机用不着，打开电脑界面时才取。 */
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

export default { answer, board, customers, desk, parts, review, rows, settings, settle, tables };
