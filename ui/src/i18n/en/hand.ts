/** What a technician holds while working: fetched with it, because the first screen shows none of it. */
import camera from './camera';
import drawing from './drawing';
import proof from './proof';
import type { HandMessages } from '../shape';

const hand: HandMessages = { camera, drawing, proof };
export default hand;
