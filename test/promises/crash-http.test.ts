import { openHttp } from './doors.ts';
import { crashMatrix } from './matrix-of.ts';

crashMatrix('plain HTTP', openHttp, { isQueued: false });
