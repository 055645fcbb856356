import { expect, it } from 'vitest';
import { readHandedIn } from '../../../lib/records/handed-in.ts';

const record = { request: { messages: [] }, response: {} };

it.each<[string, unknown, string[]]>([
  ['a record without its halves', {}, ['request', 'response']],
  ['a response that is a text', { ...record, response: 'hello' }, ['response']],
  ['an unknown type', { ...record, type: 'image' }, ['type']],
  ['a completion without a prompt', { ...record, type: 'completion' }, ['request.prompt']],
  ['a chat without messages', { ...record, request: { prompt: 'p' } }, ['request.messages']],
  ['seconds for milliseconds', { ...record, timestamps: { response: 1_709_495_296 } }, ['timestamps.response']],
  ['a date for milliseconds', { ...record, timestamps: { request: '2026-11-20' } }, ['timestamps.request']],
  ['a session with a dash', { ...record, session: 'a-b' }, ['session']],
  ['a negative timeout', { ...record, sessionTimeout: -1 }, ['sessionTimeout']],
  ['a user whom nothing tells apart', { ...record, user: { firstName: 'Ada' } }, ['user.userId']],
  ['a truth that is no 1 or 0', { ...record, user: { userId: 'u', isAuthenticated: true } }, ['user.isAuthenticated']],
  ['a field that Reconify has not', { ...record, sessionTimeOut: 10 }, ['sessionTimeOut']],
  ['keys', { ...record, reconify: { appKey: 'a' } }, ['reconify']],
  ['a text', 'hello', ['']],
  ['nothing', null, ['']],
  ['the second of two', [record, { ...record, session: '' }], ['[1].session']],
])('names the field of %s', (_name, body, fields) => {
  const read = readHandedIn(body);

  expect('complaints' in read && read.complaints.map(({ field }) => field).sort()).toEqual(fields.sort());
});

it('takes user details as they are', () => {
  const user = { email: 'ada@example.com', phone: '555-555-5555', gender: 'female', plan: 'gold' };

  expect(readHandedIn({ ...record, user })).toEqual({ records: [{ type: 'chat', ...record, user }] });
});
