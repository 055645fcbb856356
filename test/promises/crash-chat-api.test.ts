import { openChatApi } from './doors.ts';
import { crashMatrix } from './matrix-of.ts';

crashMatrix('Chat API', openChatApi, { isQueued: true });
