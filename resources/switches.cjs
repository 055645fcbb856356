/** Resources: what runs only where its settings are there. */
const written = require('./written.cjs');

module.exports = (framework) => ({
  /** A poller of a queue that nothing is put into would still take two of a new account's ten Lambdas. */
  events: ['CHAT_API_WEBHOOK_URL', 'EVENTS_WEBHOOK_URL', 'HANDOFF_TALKJS_USER', 'EVENTS_EMAIL'].some((name) =>
    written(framework)[name]?.trim(),
  ),
});
