/** Door: /chat-api/{webhookId}/… The Botpress Chat API, with Claude as the bot; plain answers and streams of signals. */
import { chatApiDoor } from '../lib/app/chat-api.ts';

export const handler = awslambda.streamifyResponse(chatApiDoor());
