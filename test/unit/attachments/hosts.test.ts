/** Room of attachments: which links an entry of ATTACHMENT_HOSTS admits. */
import { expect, it } from 'vitest';
import { admitUrl, parseHosts } from '../../../lib/attachments/hosts.ts';

it.each([
  ['files.example.com/of-this-app', 'https://files.example.com/of-this-app', true],
  ['files.example.com/of-this-app', 'https://files.example.com/of-this-app/x.png', true],
  ['files.example.com/of-this-app', 'https://files.example.com/of-this-app-of-somebody-else/x.png', false],
  ['files.example.com/of-this-app', 'https://files.example.com/of-this-app%2F..%2Fother/x.png', false],
  ['files.example.com/of-this-app/', 'https://files.example.com/of-this-app/x.png', true],
  ['files.example.com/of-this-app/', 'https://files.example.com/of-this-app.example/x.png', false],
  ['files.example.com/a b', 'https://files.example.com/a%20b/x.png', 'refused'],
  ['files.example.com/größe', 'https://files.example.com/gr%C3%B6%C3%9Fe/x.png', true],
  ['files.example.com/?x', 'https://files.example.com/?x', 'refused'],
  ['*.example.com', 'https://a.example.com/x.png', true],
  ['*.example.com', 'https://example.com/x.png', false],
  ['*.example.com/ours', 'https://a.example.com/ours-not/x.png', false],
  ['http://localhost:3003', 'http://localhost:3003/x.png', true],
  ['http://localhost:3003/a', 'http://localhost:3003/ab', false],
])('the entry %s and the link %s: %s', (entry, link, admitted) => {
  const admits = () => admitUrl(link, parseHosts([entry])) !== undefined;

  if (admitted === 'refused') expect(admits).toThrow(/which must be a public host like/);
  else expect(admits()).toBe(admitted);
});

it.each([
  'localhost',
  '127.0.0.1',
  '127.0.0.1:45991',
  '*',
  'https://files.example.com:8443',
  'http://files.example.com',
])('the entry %s is refused with what would do', (entry) => {
  expect(() => parseHosts([entry])).toThrow(
    `ATTACHMENT_HOSTS has the entry ${entry}, which must be a public host like files.example.com, *.example.com or files.example.com/folder/, or on this machine http://localhost:3003`,
  );
});
