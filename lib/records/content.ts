/** Stop 8. What was said in a call, as the conventions for GenAI have it on a span: messages made of parts. Pure. */

type Json = Readonly<Record<string, unknown>>;

/** The attributes of a call that hold words, each a JSON text. */
export function contentOf(request: object, response: object): Record<string, string> {
  const { system, messages, tools } = request as Json;
  const { content, stop_reason } = response as Json;
  const answered = { role: 'assistant', parts: partsOf(content), finish_reason: stop_reason ?? 'error' };
  return {
    ...(system === undefined ? {} : { 'gen_ai.system_instructions': JSON.stringify(partsOf(system)) }),
    'gen_ai.input.messages': JSON.stringify(
      objectsIn(messages).map((message) => ({ role: message.role, parts: partsOf(message.content) })),
    ),
    ...(content === undefined ? {} : { 'gen_ai.output.messages': JSON.stringify([answered]) }),
    ...(tools === undefined ? {} : { 'gen_ai.tool.definitions': JSON.stringify(objectsIn(tools).map(definitionOf)) }),
  };
}

/** What a tool was given and what it gave, found in the request of the call that came after it. */
export function toolContentOf(request: object, id: string): Record<string, string> {
  const blocks = objectsIn((request as Json).messages).flatMap(({ content }) => objectsIn(content));
  const asked = blocks.find((block) => block.type === 'tool_use' && block.id === id);
  const told = blocks.find((block) => block.type === 'tool_result' && block.tool_use_id === id);
  return {
    ...(asked ? { 'gen_ai.tool.call.arguments': JSON.stringify(asked.input) } : {}),
    ...(told ? { 'gen_ai.tool.call.result': textOf(told.content) } : {}),
  };
}

function partsOf(content: unknown): Json[] {
  return typeof content === 'string' ? [{ type: 'text', content }] : objectsIn(content).map(partOf);
}

function partOf(block: Json): Json {
  switch (block.type) {
    case 'text':
      return { type: 'text', content: block.text };
    case 'thinking':
      return { type: 'reasoning', content: block.thinking };
    case 'tool_use':
      return { type: 'tool_call', id: block.id, name: block.name, arguments: block.input };
    case 'tool_result':
      return { type: 'tool_call_response', id: block.tool_use_id, response: textOf(block.content) };
    default: {
      // A picture, a document, a passage: its name, not its contents.
      const { type, title } = block;
      return { type, ...(title === undefined ? {} : { title }) };
    }
  }
}

function definitionOf({ name, description, input_schema }: Json): Json {
  return { type: 'function', name, description, parameters: input_schema };
}

function textOf(content: unknown): string {
  return typeof content === 'string' ? content : JSON.stringify(partsOf(content));
}

function objectsIn(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];
}
