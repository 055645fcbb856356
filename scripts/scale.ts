/** `npm run scale`: prints the tables of docs/scale.md; with --write it puts them there. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withTables } from './scale/document.ts';
import { tables } from './scale/tables.ts';

const document = path.resolve(import.meta.dirname, '../docs/scale.md');

const given = process.argv.slice(2);
const isToWrite = given[0] === '--write';
const found = tables();
if (given.length > (isToWrite ? 1 : 0)) {
  console.error('npm run scale [-- --write]');
  process.exitCode = 1;
} else if (isToWrite) writeFileSync(document, withTables(readFileSync(document, 'utf8'), found));
else console.log(found);
