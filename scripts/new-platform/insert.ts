/** Puts the lines of a new platform into serverless.yml, each behind what it belongs to. Pure. */

/** The parts of `template` stand behind lines `# function` and `# output`. Throws when serverless.yml has no place for one. */
export function insert(text: string, name: string, template: string, fill: (text: string) => string): string {
  const [, fn = '', output = ''] = fill(template).split(/^# (?:function|output)\n/m);
  const placed: [RegExp, string][] = [
    [/^ {2}chat: /m, fn],
    [/^ {4}ChatUrl:/m, output],
  ];
  return placed.reduce((changed, [before, lines]) => {
    const at = changed.search(before);
    if (at === -1) throw new Error(`serverless.yml has no place for the lines of ${name}: ${before}`);
    return changed.slice(0, at) + lines + changed.slice(at);
  }, text);
}
