/** Offline Claude: what it says, from nothing but the request. */
import { type CitedPart, citedAnswer } from './cite.ts';
import { type Conversation, describeFile, lastUserText, readConversation } from './conversation.ts';
import { fill } from './fill.ts';
import { quote, recall, userName } from './memory.ts';
import { essay, isSummaryWanted, markdown, summarize } from './prose.ts';
import type { MessagesRequest } from './shape.ts';
import { chooseTools, newCallId, type ToolCall } from './tool-choice.ts';

/** How every answer says that no model wrote it. */
const label = '(offline Claude)';
// What a tool returned is repeated up to this many characters.
const maxResult = 1000;

export interface Words {
  /** null for no text block at all. */
  text: string | null;
  calls: ToolCall[];
  /** Those parts of `text`, in their order, that are from something. */
  cited?: CitedPart[];
}

/** Answers a request; the same request gives the same words. */
export function answer(request: MessagesRequest): Words {
  const conversation = readConversation(request);
  const calls = chooseTools(request, conversation);
  if (calls.length > 0) return { text: calls.length > 1 ? 'Let me look these up.' : 'Let me look that up.', calls };
  const schema = request.output_config?.format?.schema;
  if (schema) return { text: JSON.stringify(fill(schema, conversation.said.join('\n'))), calls: [] };
  const cited = isPlainQuestion(conversation)
    ? citedAnswer(request, conversation.said.join('\n') || lastUserText(request.messages))
    : [];
  if (cited.length > 0) return { text: `${cited.map((part) => part.text).join('\n\n')}\n\n${label}`, calls: [], cited };
  if (request.tools?.some(({ name }) => name === 'without_documents'))
    return { text: null, calls: [withoutDocuments(conversation)] };
  const text = speak(conversation);
  return { text: `${text}${text.includes('\n') ? '\n\n' : ' '}${label}`, calls: [] };
}

function withoutDocuments({ said }: Conversation): ToolCall {
  const isQuestion = said.some((text) => text.includes('?'));
  const input = isQuestion
    ? { kind: 'not_found', text: `The documents say nothing about that. ${label}` }
    : { kind: 'small_talk', text: `You are welcome to ask. ${label}` };
  return { id: newCallId(), name: 'without_documents', json: JSON.stringify(input) };
}

/** What asks for something else of it is not looked up. */
function isPlainQuestion(conversation: Conversation): boolean {
  const said = conversation.said.join('\n');
  const isOrder = /\bmarkdown\b|\bplease\b|\b\d{2,5}\s+words\b/i.test(said) && conversation.results.length === 0;
  const isSearched = conversation.results.every(({ tool }) => tool === 'search_knowledge');
  return isSearched && !isOrder && !isSummaryWanted(conversation) && ordered(conversation) === undefined;
}

function speak(conversation: Conversation): string {
  const said = conversation.said.join('\n');
  if (isSummaryWanted(conversation)) return summarize(conversation);
  if (conversation.results.length > 0) {
    const meanwhile = conversation.said.map((text) => `Meanwhile you said: ${quote(text)}`);
    return [...conversation.results.map(resultSentence), ...meanwhile].join('\n\n');
  }
  const parts = [
    filesSentence(conversation),
    ordered(conversation) ?? recall(conversation) ?? asked(conversation, said),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function asked(conversation: Conversation, said: string): string {
  const { earlier } = conversation;
  if (/\bmarkdown\b/i.test(said)) return markdown;
  const essayWords = /\b(\d{2,5})\s+words\b/i.exec(said)?.[1];
  if (essayWords || /\bplease be long\b/i.test(said)) return essay(Number(essayWords ?? 600));
  const seen =
    earlier === 0
      ? 'I saw no earlier messages.'
      : `I saw ${earlier} earlier message${earlier === 1 ? '' : 's'} in this conversation.`;
  if (said === '') return conversation.files.length > 0 ? seen : `I have nothing new to answer. ${seen}`;
  const name = userName(conversation);
  if (/^\s*(?:hi|hello|hey|good (?:morning|evening|day))\b[^?]{0,20}$/i.test(said)) {
    return `Hello${name ? `, ${name}` : ''}! How can I help? ${seen}`;
  }
  if (/\bwho are you\b|\bwhat are you\b/i.test(said)) return `${introduction(conversation)} ${seen}`;
  const texts = conversation.said.map(quote);
  return `You said: ${texts.join(' and ')} ${seen}`;
}

function introduction({ instructions }: Conversation): string {
  const role = /\bYou are ([^.\n]{1,80})/.exec(instructions)?.[1];
  return role ? `I am ${role}.` : 'I am a stand-in that needs no key.';
}

// An instruction such as: Always answer only "no comment".
function ordered({ instructions }: Conversation): string | undefined {
  return /\b(?:answer|reply|say|respond)(?: with)? only(?: with)?:? ["“]([^"”]{1,200})["”]/i.exec(instructions)?.[1];
}

function filesSentence({ files }: Conversation): string {
  return files.length === 0 ? '' : `I received ${files.map(describeFile).join(' and ')}.`;
}

function resultSentence({ tool, isError, text }: Conversation['results'][number]): string {
  const [, data = text] = /<data>([\s\S]*)<\/data>/.exec(text) ?? [];
  const shown = [...data.trim()].slice(0, maxResult).join('');
  return isError ? `The tool ${tool} failed: ${shown}` : `The tool ${tool} says: ${shown}`;
}
