/** `npm run scale`: prints the tables of docs/scale.md and docs/limits.md; with --write it puts them there. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withTables } from './scale/document.ts';
import { strangerTable } from './scale/stranger.ts';
import { tables } from './scale/tables.ts';

const given = process.argv.slice(2);
const isToWrite = given[0] === '--write';
if (given.length > (isToWrite ? 1 : 0)) {
  console.error('npm run scale [-- --write]');
  process.exitCode = 1;
} else {
  for (const [name, found] of Object.entries({ scale: tables(), limits: strangerTable() })) {
    const page = path.resolve(import.meta.dirname, `../docs/${name}.md`);
    if (isToWrite) writeFileSync(page, withTables(readFileSync(page, 'utf8'), found));
    else console.log(`${found}\n`);
  }
}
