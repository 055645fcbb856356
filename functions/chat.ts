/** Door: /chat/{sessionId}. A message comes in, Claude's answer goes out in the same response, while it grows. */
import { chatDoor } from '../lib/app/chat.ts';

export const handler = awslambda.streamifyResponse(chatDoor());
