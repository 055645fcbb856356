/** Every regular expression of lib is linear: what strangers write must not keep a machine busy. */
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cpuMs, worstTexts } from './harness/worst-texts.ts';

/** As the formatter leaves them: behind a bracket, a comma, a colon or an operator. Comments are taken out first. */
const LITERAL =
  /(?<=[([{,:;=!&|?>]\s{0,20}|return )\/(?![*/])((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+)\/([dgimsuvy]{0,8})/g;

function patternsOf(file: string): RegExp[] {
  const code = readFileSync(file, 'utf8').replace(/^\s*(?:\/\/|\/?\*).*$/gm, '');
  return [...code.matchAll(LITERAL)].map(
    ([, source = '', flags = '']) => new RegExp(source, `${flags.replace(/[gy]/g, '')}g`),
  );
}

/** Beginnings of what a pattern looks for, over and over: the plain characters of its source. */
function pumpsOf({ source }: RegExp): string[] {
  const plain = source.replace(
    /\(\?<?[=!][^()]*\)|\\[bBpPdDsSwWkuvfnrtc](?:\{[^}]*\})?|\{[\d,]*\}|\[[^\]]*\]|[\\^$.*+?()|]/g,
    'a',
  );
  return [3, 6, 12, 24].flatMap((length) => [
    plain.slice(0, length),
    `-${plain.slice(0, length)}`,
    `${plain.slice(0, length)} `,
  ]);
}

describe('every pattern of lib', () => {
  const patterns = globSync('lib/**/*.ts').flatMap((file) =>
    patternsOf(file).map((pattern) => [file, pattern] as const),
  );

  it('is linear on what is hard for patterns', () => {
    const hard = worstTexts(16_000);
    const slow = patterns.filter(([, pattern]) => {
      const texts = [
        ...hard,
        ...pumpsOf(pattern).map((pump) => pump.repeat(Math.ceil(16_000 / Math.max(pump.length, 1))).slice(0, 16_000)),
      ];
      return texts.some((text) => {
        const look = () => void text.replace(pattern, '');
        return cpuMs(look, 1) > 50 && cpuMs(look, 4) > 50;
      });
    });

    expect(patterns.length).toBeGreaterThan(100);
    expect(slow.map(([file, pattern]) => `${file}: ${pattern}`)).toEqual([]);
  });
});
