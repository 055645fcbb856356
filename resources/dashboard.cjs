/** Resources: one page of CloudWatch for one stage. docs/operations.md reads it from top to bottom. */
const { functionsOf } = require('./functions.cjs');

/** CloudWatch's grid has 24 columns: three graphs in a row, each six units high. */
const COLUMNS = 24;
const WIDTH = 8;
const HEIGHT = 6;

module.exports = async (framework) => {
  const [stage, usdPerHour] = await Promise.all(
    ['sls:stage', 'param:alarmUsdPerHour'].map((name) => framework.resolveVariable(name)),
  );
  const functions = await functionsOf(framework);
  const widgets = [
    graph('Messages and what became of them', sums(stage, ['MessagesKept', 'Answers', 'Notices', 'Failures'])),
    graph('From claim to delivery, ms', percentiles(stage, 'AnswerMs')),
    graph('US dollars an hour', {
      metrics: [[`ClaudeChat/${stage}`, 'Usd', { stat: 'Sum', period: 3600 }]],
      annotations: { horizontal: [{ label: 'alarm', value: Number(usdPerHour) }] },
    }),
    graph('Claude: first text, ms', byModel(stage, 'FirstTextMs', ['p50', 'p90'])),
    graph('Claude: whole answer, ms', byModel(stage, 'LatencyMs', ['p50', 'p90'])),
    graph('Tokens by model', {
      metrics: ['InputTokens', 'CacheReadTokens', 'CacheWriteTokens', 'OutputTokens'].map((name) =>
        search(stage, name, 'Sum'),
      ),
    }),
    graph(
      'What went wrong',
      sums(stage, [
        'Failures',
        'EffectsUnknown',
        'McpChanged',
        'GivenBack',
        'Retries',
        'WebhooksRejected',
        'MessagesNotKept',
        'MessagesFound',
        'DoorsFailed',
      ]),
    ),
    graph(
      'Oldest message waiting, s',
      queues('ApproximateAgeOfOldestMessage', ['TurnsQueue', 'EventsQueue', 'RecordsQueue']),
    ),
    graph(
      'Dead letters',
      queues('ApproximateNumberOfMessagesVisible', ['TurnsDeadLetters', 'EventsDeadLetters', 'RecordsDeadLetters']),
    ),
    graph('What the documents answered', sums(stage, ['Found', 'Missed'])),
    graph('What users think of the answers', sums(stage, ['Rated', 'Disliked'])),
    graph('Errors of functions', perFunction(functions, 'Errors', 'Sum')),
    graph('Throttles of functions', perFunction(functions, 'Throttles', 'Sum')),
    graph('Functions running at once', perFunction(functions, 'ConcurrentExecutions', 'Maximum')),
  ];
  const body = JSON.stringify({ start: '-PT12H', periodOverride: 'inherit', widgets: widgets.map(place) });
  return {
    Resources: {
      Dashboard: {
        Type: 'AWS::CloudWatch::Dashboard',
        Properties: {
          DashboardName: { 'Fn::Sub': `\${AWS::StackName}-\${AWS::Region}` },
          DashboardBody: { 'Fn::Sub': body },
        },
      },
    },
  };
};

function place(properties, position) {
  const perRow = COLUMNS / WIDTH;
  return {
    type: 'metric',
    x: (position % perRow) * WIDTH,
    y: Math.floor(position / perRow) * HEIGHT,
    width: WIDTH,
    height: HEIGHT,
    properties,
  };
}

function graph(title, properties) {
  return { title, view: 'timeSeries', region: `\${AWS::Region}`, period: 300, ...properties };
}

function sums(stage, names) {
  return { metrics: names.map((name) => [`ClaudeChat/${stage}`, name, { stat: 'Sum' }]) };
}

function percentiles(stage, name) {
  return { metrics: ['p50', 'p90', 'p99'].map((stat) => [`ClaudeChat/${stage}`, name, { stat, label: stat }]) };
}

function byModel(stage, name, stats) {
  return { metrics: stats.map((stat) => search(stage, name, stat)) };
}

/** Whatever models there were: their names are not known beforehand. */
function search(stage, name, stat) {
  const expression = `SEARCH('{ClaudeChat/${stage},Model} MetricName="${name}"', '${stat}', 300)`;
  // CloudWatch's own placeholder, which is not for CloudFormation: hence the `!`.
  return [{ expression, label: `\${!PROP('Dim.Model')} ${name} ${stat}` }];
}

function queues(metric, ids) {
  return {
    metrics: ids.map((id) => ['AWS/SQS', metric, 'QueueName', `\${${id}.QueueName}`, { stat: 'Maximum', label: id }]),
  };
}

function perFunction(functions, metric, stat) {
  return {
    metrics: functions.map(({ key, id }) => [
      'AWS/Lambda',
      metric,
      'FunctionName',
      `\${${id}LambdaFunction}`,
      { stat, label: key },
    ]),
  };
}
