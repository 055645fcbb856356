/** Resources: no queue takes or gives a message without TLS. */

/** All queues of serverless.yml. SQS wants a policy for each that names this queue. */
const QUEUES = [
  'TurnsQueue',
  'TurnsDeadLetters',
  'EventsQueue',
  'EventsDeadLetters',
  'RecordsQueue',
  'RecordsDeadLetters',
];

module.exports = { Resources: Object.fromEntries(QUEUES.map((queue) => [`${queue}Policy`, policy(queue)])) };

function policy(queue) {
  return {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [{ Ref: queue }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Deny',
            Principal: '*',
            Action: 'sqs:*',
            Resource: { 'Fn::GetAtt': [queue, 'Arn'] },
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      },
    },
  };
}
