import { openBotpress } from '../harness/promises/doors.ts';
import { crashMatrix } from '../harness/promises/matrix-of.ts';

crashMatrix('Botpress', openBotpress, { isQueued: true });
