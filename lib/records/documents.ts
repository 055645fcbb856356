/** Stop 8. The bot's documents that stand in every prompt, named in a record instead of written out: they are files of ours. Pure. */
import { hash } from 'node:crypto';

/**
 * The request with each of its leading documents as source, title, and a hash of what it said: enough to find the file that was deployed
 * then. Passages that a search gave stay as they are, since no two requests have the same.
 */
export function withDocumentsNamed(request: object): object {
  const { messages } = request as { messages?: unknown };
  return Array.isArray(messages) ? { ...request, messages: messages.map(named) } : request;
}

function named(message: { content?: unknown }): object {
  const { content } = message;
  return Array.isArray(content) ? { ...message, content: content.map(note) } : message;
}

function note(block: { type?: unknown; content?: unknown }): object {
  if (block.type !== 'search_result') return block;
  const text = JSON.stringify(block.content);
  const said = `[document: ${text.length} characters, sha256 ${hash('sha256', text).slice(0, 16)}]`;
  return { ...block, content: [{ type: 'text', text: said }] };
}
