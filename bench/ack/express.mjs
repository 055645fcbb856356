/** A receiver of signed webhooks as one usually writes it with Express: the body parser keeps the raw bytes for the HMAC. */
import { createHmac } from 'node:crypto';
import express from 'express';
import { TALKJS_SECRET } from '../measure/surroundings.mjs';

export function verifyingApp(handle) {
  const app = express();
  app.use(
    express.json({
      verify: (request, _response, raw) => {
        request.rawBody = raw;
      },
    }),
  );
  app.post('/talkjs', async (request, response) => {
    const signed = `${request.get('x-talkjs-timestamp')}.${request.rawBody}`;
    const expected = createHmac('sha256', TALKJS_SECRET).update(signed).digest('hex').toUpperCase();
    if (expected !== request.get('x-talkjs-signature')) return response.status(401).end();
    if (request.body.type === 'message.sent') await handle(request.body);
    return response.json({ ok: true });
  });
  return app;
}
