/** A folder of two bots outside of the repository: `default` and `sales`, each with a prompt, a model and tools of its own. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What the second bot says of itself; the first one takes what the settings say. */
const SALES = `---
model: claude-sonnet-5-5
maxTokens: 777
tools: [calculator]
talkjs: claude-sales
chatApi: sales
http: [sales]
---
You are the sales bot.
`;

/** The absolute path of the folder. `more` is added to the front matter of `sales`. */
export function twoBots(more = ''): string {
  return folderOfBots({ default: 'You are the bot of all.\n', sales: SALES.replace('---\nYou', `${more}---\nYou`) });
}

/** The absolute path of a folder with these `bot.md`, by the names of the bots. */
export function folderOfBots(bots: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'bots-'));
  for (const [name, text] of Object.entries(bots)) {
    mkdirSync(path.join(folder, name));
    writeFileSync(path.join(folder, name, 'bot.md'), text);
  }
  return folder;
}
