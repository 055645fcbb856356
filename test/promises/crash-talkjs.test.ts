import { openTalkjs } from '../harness/promises/doors.ts';
import { crashMatrix, REPEATED_ROWS } from '../harness/promises/matrix-of.ts';

crashMatrix('TalkJS', openTalkjs, { isQueued: true, more: REPEATED_ROWS });
