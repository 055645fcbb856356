import { openChatApi } from '../harness/promises/doors.ts';
import { crashMatrix } from '../harness/promises/matrix-of.ts';

crashMatrix('Chat API', openChatApi, { isQueued: true });
