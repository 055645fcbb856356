import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { allTools } from '../../../lib/tools/all.ts';
import { compute } from '../../../lib/tools/compute.ts';
import type { ToolContext } from '../../../lib/tools/tool.ts';
import { listOf } from '../../../scripts/build/list-tools.mjs';
import { runStep } from '../../harness/run-step.ts';

const folder = path.resolve(import.meta.dirname, '../../../lib/tools');

function context(more: Partial<ToolContext> = {}): ToolContext {
  return {
    platform: 'talkjs',
    conversation: 'c',
    speaker: { id: 'alice' },
    bot: 'default',
    secrets: {},
    now: () => Date.UTC(2026, 6, 14, 12, 30),
    signal: new AbortController().signal,
    fetch,
    handToHuman: async () => ({}),
    ...more,
  };
}

/** What the tool gave as JSON, or the error as Claude reads it. */
async function use(name: string, input: unknown, more?: Partial<ToolContext>): Promise<unknown> {
  const block = { type: 'tool_use', id: 'toolu_1', name, input, caller: { type: 'direct' } } as const;
  const [result] = await runStep([block], allTools, context(more));
  const content = String(result?.content);
  return result?.is_error ? content : JSON.parse(content.split('\n')[2] ?? '');
}

it('lists every tool of the folder, as the build writes it', () => {
  const files = readdirSync(path.join(folder, 'all')).sort();

  const list = readFileSync(path.join(folder, 'all.ts'), 'utf8');

  expect(list, 'run `npm run package` or `npm start` once').toBe(listOf(files));
  expect(allTools).toHaveLength(files.length);
});

describe('current_time', () => {
  it('knows the time anywhere, summer time included', async () => {
    const paris = await use('current_time', { timezone: 'Europe/Paris' });
    const plain = await use('current_time', {});

    expect(paris).toEqual({
      timezone: 'Europe/Paris',
      local: 'Tuesday, 14 July 2026 at 14:30',
      offset: 'GMT+02:00',
      utc: '2026-07-14T12:30:00.000Z',
    });
    expect(plain).toMatchObject({ timezone: 'UTC', local: 'Tuesday, 14 July 2026 at 12:30' });
  });

  it.each(['Mars/Olympus', '+01:00', '', 'UTC; DROP TABLE', '../../etc/passwd'])('refuses %j', async (timezone) => {
    expect(await use('current_time', { timezone })).toContain('expected an IANA time zone');
  });
});

describe('calculator', () => {
  it.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['-2^2', -4],
    ['(-2)^2', 4],
    ['2^3^2', 512],
    ['-2^3^2', -512],
    ['2^-1', 0.5],
    ['2 * -3', -6],
    ['2**10', 1024],
    ['10 % 4', 2],
    ['8 - 3 - 2', 3],
    ['0.1 + 0.2', 0.3],
    ['1200 * 1.19^3 / 12', 168.5159],
    ['sqrt(16) + abs(-3)', 7],
    ['max(1, 2, 3) - min(4, 5)', -1],
    ['factorial(20)', 2432902008176640000],
    ['round(2.5) + floor(-0.5)', 2],
    ['1e3 + .5', 1000.5],
    ['cos(pi) + ln(e)', 0],
    ['1-(2-(3-4))*5', -14],
    ['((1.5))*-2/-(3)', 1],
    ['4--4', 8],
    ['2*3%4', 2],
    ['6/2*(1+2)', 9],
  ])('computes %s', (expression, result) => {
    expect(compute(expression)).toBe(result);
  });
});

describe('hand_to_human', () => {
  it('hands over with its reason', async () => {
    const reasons: string[] = [];

    const result = await use(
      'hand_to_human',
      { reason: 'Wants a refund.' },
      {
        handToHuman: async (reason) => {
          reasons.push(reason);
          return { team: 'is there now' };
        },
      },
    );

    expect(reasons).toEqual(['Wants a refund.']);
    expect(result).toEqual({ handedOver: true, team: 'is there now' });
  });

  it('tells Claude when that did not work', async () => {
    const handToHuman = async () => Promise.reject(new Error('ddb: arn:aws:dynamodb:…'));

    expect(await use('hand_to_human', { reason: 'x' }, { handToHuman })).toBe(
      'It failed. Do without it, or try once more.',
    );
  });
});

describe('get_weather', () => {
  it('asks its two hosts and nobody else, whatever the place is called', async () => {
    const asked: URL[] = [];
    const weather = {
      current: { temperature_2m: 21.5, weather_code: 1 },
      current_units: { temperature_2m: '°C' },
      daily: { time: ['2026-07-14'], precipitation_sum: [null] },
    };
    const server = createServer((request, response) => {
      const isPlaces = request.url?.startsWith('/v1/search');
      const found = { results: [{ name: 'Utrecht', country: 'Netherlands', latitude: 52.1, longitude: 5.1 }] };
      response.end(JSON.stringify(isPlaces ? found : weather));
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const local = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const toLocal: typeof fetch = (input, init) => {
      const url = new URL(String(input));
      asked.push(url);
      return fetch(local + url.pathname + url.search, init);
    };

    const result = await use('get_weather', { place: 'Utrecht&latitude=0#@evil.example/' }, { fetch: toLocal });

    expect(result).toMatchObject({ place: 'Utrecht', country: 'Netherlands', ...weather });
    expect(asked.map(({ origin }) => origin)).toEqual([
      'https://geocoding-api.open-meteo.com',
      'https://api.open-meteo.com',
    ]);
    expect(asked[0]?.searchParams.get('name')).toBe('Utrecht&latitude=0#@evil.example/');
    server.close();
  });

  it.each([
    ['an unknown place', '{}', 200, 'No such place is known. Ask the user for the nearest larger town.'],
    ['an outage', 'no', 503, 'The weather service is not available right now.'],
    ['nonsense', '{"results":[{"name":1}]}', 200, 'It failed. Do without it, or try once more.'],
  ])('tells Claude of %s', async (_name, body, status, said) => {
    const answer = async () => new Response(body, { status });

    expect(await use('get_weather', { place: 'Nowhere' }, { fetch: answer })).toBe(said);
  });
});
