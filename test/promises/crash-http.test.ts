import { openHttp } from '../harness/promises/doors.ts';
import { crashMatrix } from '../harness/promises/matrix-of.ts';

crashMatrix('plain HTTP', openHttp, { isQueued: false });
