import { openTalkjs } from './doors.ts';
import { crashMatrix, REPEATED_ROWS } from './matrix-of.ts';

crashMatrix('TalkJS', openTalkjs, { isQueued: true, more: REPEATED_ROWS });
