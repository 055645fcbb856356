import { openBotpress } from './doors.ts';
import { crashMatrix } from './matrix-of.ts';

crashMatrix('Botpress', openBotpress, { isQueued: true });
