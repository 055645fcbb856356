/** `npm run scale`: prints the tables of docs/scale.md; with --write it puts them there. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withTables } from './scale/document.ts';
import { tables } from './scale/tables.ts';

const document = path.resolve(import.meta.dirname, '../docs/scale.md');

const found = tables();
if (process.argv.includes('--write')) writeFileSync(document, withTables(readFileSync(document, 'utf8'), found));
else console.log(found);
