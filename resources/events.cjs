/** Resources: the topic whose one subscriber is EVENTS_EMAIL, where that is set. AWS sends a mail with a link first. */
const written = require('./written.cjs');

const isSet = (framework) => Boolean(written(framework).EVENTS_EMAIL?.trim());
const TOPIC = { Ref: 'EventsTopic' };

/** The topic, its subscriber, and the right of the deliverer to publish there, which nobody else has. */
function resources(framework) {
  if (!isSet(framework)) return {};
  const Statement = [{ Effect: 'Allow', Action: ['sns:Publish'], Resource: TOPIC }];
  return {
    Resources: {
      // Under the key that AWS keeps for SNS, which lets in whoever of the account may publish: an event holds words of users.
      EventsTopic: { Type: 'AWS::SNS::Topic', Properties: { KmsMasterKeyId: 'alias/aws/sns' } },
      EventsEmail: {
        Type: 'AWS::SNS::Subscription',
        Properties: { TopicArn: TOPIC, Protocol: 'email', Endpoint: written(framework).EVENTS_EMAIL.trim() },
      },
      EventsMayPublish: {
        Type: 'AWS::IAM::Policy',
        Properties: {
          PolicyName: 'events-email',
          Roles: [{ Ref: 'EventsRole' }],
          PolicyDocument: { Version: '2012-10-17', Statement },
        },
      },
    },
  };
}

module.exports = { resources, topic: (framework) => (isSet(framework) ? TOPIC : null) };
