/** Resources: what counts as wrong, and who is told. docs/operations.md has a section for each alarm, under its name. */
const { functionsOf } = require('./functions.cjs');

module.exports = async (framework) => {
  const { resolveVariable } = framework;
  const [stage, usdPerHour, email] = await Promise.all(
    ['sls:stage', 'param:alarmUsdPerHour', "file(resources/written.cjs):ALARM_EMAIL, ''"].map((name) =>
      resolveVariable(name),
    ),
  );
  const functions = await functionsOf(framework);
  const alarms = {
    TurnsWaitingAlarm: {
      AlarmDescription: 'A message has waited for more than a minute to be answered.',
      ...queueAge('TurnsQueue', 60),
    },
    LogsWaitingAlarm: {
      AlarmDescription: 'A record has waited for more than an hour to be taken by who gets it.',
      ...queueAge('RecordsQueue', 3600),
    },
    TurnsDeadLettersAlarm: {
      AlarmDescription: 'A message was neither answered nor apologised for. It is kept 14 days.',
      ...deadLetters('TurnsDeadLetters'),
    },
    EventsDeadLettersAlarm: {
      AlarmDescription:
        'Events, such as a handoff, that their receiver did not take within an hour. `npm run bot -- redrive events`; kept 14 days.',
      ...deadLetters('EventsDeadLetters'),
    },
    RecordsDeadLettersAlarm: {
      AlarmDescription:
        'Records that Reconify or the receiver of spans did not take. Find out why, then `npm run bot -- redrive records`; kept 14 days.',
      ...deadLetters('RecordsDeadLetters'),
    },
    DoorsFailedAlarm: {
      AlarmDescription:
        'A function cannot work: a setting is wrong, or its secrets cannot be read. Its log says which.',
      ...ours(stage, 'DoorsFailed'),
    },
    MessagesNotKeptAlarm: {
      AlarmDescription: 'Webhooks were refused with 503 because the queue did not take them.',
      ...ours(stage, 'MessagesNotKept'),
    },
    FailuresAlarm: {
      AlarmDescription:
        'More than 5 messages in 5 minutes were answered with an apology, or could not be answered at all.',
      ...ours(stage, 'Failures', { Threshold: 5 }),
    },
    EffectsUnknownAlarm: {
      AlarmDescription:
        'A tool that acts broke off, and nobody knows whether it did what it was to do: somebody has to look.',
      ...ours(stage, 'EffectsUnknown'),
    },
    SpendAlarm: {
      AlarmDescription: `Claude cost more than ${usdPerHour} US dollars within an hour.`,
      ...ours(stage, 'Usd', { Threshold: Number(usdPerHour), Period: 3600 }),
    },
    ...Object.fromEntries(functions.flatMap(({ key, id }) => functionAlarms(key, id))),
  };
  return {
    Resources: {
      // Not encrypted: CloudWatch cannot publish to a topic under the key that AWS keeps for SNS, and no alarm holds a word of anybody.
      AlarmsTopic: { Type: 'AWS::SNS::Topic', Properties: {} },
      ...(email ? { AlarmsEmail: subscription(email) } : {}),
      ...Object.fromEntries(Object.entries(alarms).map(([id, properties]) => [id, alarm(properties)])),
    },
  };
};

function alarm(properties) {
  const toTopic = [{ Ref: 'AlarmsTopic' }];
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
      AlarmActions: toTopic,
      OKActions: toTopic,
      ...properties,
    },
  };
}

/** AWS sends a mail with a link first; nothing arrives before somebody has followed it. */
function subscription(email) {
  return {
    Type: 'AWS::SNS::Subscription',
    Properties: { TopicArn: { Ref: 'AlarmsTopic' }, Protocol: 'email', Endpoint: email },
  };
}

function queueAge(queue, seconds) {
  return {
    ...sqs(queue, 'ApproximateAgeOfOldestMessage'),
    Statistic: 'Maximum',
    Period: 60,
    Threshold: seconds,
  };
}

function deadLetters(queue) {
  return { ...sqs(queue, 'ApproximateNumberOfMessagesVisible'), Statistic: 'Maximum', Period: 300, Threshold: 0 };
}

function sqs(queue, metric) {
  const QueueName = { 'Fn::GetAtt': [queue, 'QueueName'] };
  return { Namespace: 'AWS/SQS', MetricName: metric, Dimensions: [{ Name: 'QueueName', Value: QueueName }] };
}

function ours(stage, metric, properties = {}) {
  return {
    Namespace: `ClaudeChat/${stage}`,
    MetricName: metric,
    Statistic: 'Sum',
    Period: 300,
    Threshold: 0,
    ...properties,
  };
}

function functionAlarms(key, id) {
  const of = (MetricName) => ({
    Namespace: 'AWS/Lambda',
    MetricName,
    Dimensions: [{ Name: 'FunctionName', Value: { Ref: `${id}LambdaFunction` } }],
    Statistic: 'Sum',
    Period: 300,
    Threshold: 0,
  });
  return [
    [
      `${id}ErrorsAlarm`,
      { AlarmDescription: `${key} crashed, ran out of memory or was stopped at its timeout.`, ...of('Errors') },
    ],
    [
      `${id}ThrottlesAlarm`,
      { AlarmDescription: `AWS did not start ${key}, because too much runs at once.`, ...of('Throttles') },
    ],
  ];
}
