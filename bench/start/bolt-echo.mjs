/** Slack Bolt on Lambda: echoes what it is told. */
import bolt from '@slack/bolt';

const { App, AwsLambdaReceiver } = bolt;
const receiver = new AwsLambdaReceiver({ signingSecret: 'secret' });
const app = new App({
  token: 'xoxb-bench',
  receiver,
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL },
});
app.message(async ({ message, say }) => {
  await say(`You said: ${message.text}`);
});

const started = receiver.start();
export const handler = async (event, context) => (await started)(event, context, () => {});
