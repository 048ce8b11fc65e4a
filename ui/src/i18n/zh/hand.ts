/** 师傅干活时手里的：相机、测电的小图、凭证。用到才取，首屏不带。 */
import camera from './camera';
import drawing from './drawing';
import proof from './proof';

export default { camera, drawing, proof };
