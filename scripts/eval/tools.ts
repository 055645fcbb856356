/** The evals: a bot's tools, which tell what Claude called, and give what the case says instead of acting. */
import { type Tool, ToolError } from '../../lib/tools/tool.ts';

export interface Called {
  name: string;
  input: unknown;
}

export interface Watched {
  /** By the names of tools. */
  answers: Readonly<Record<string, unknown>>;
  onCall(call: Called): void;
  /** A tool that acts was called, and the case does not say what it gives. */
  onUnanswered(name: string): void;
}

/** What does not act, and has no answer in the case, is run. */
export function watched(tool: Tool, { answers, onCall, onUnanswered }: Watched): Tool {
  const { name } = tool;
  return {
    ...tool,
    prepare: (input) => {
      const ready = tool.prepare(input);
      onCall({ name, input });
      if ('mend' in ready) return ready;
      const { recover: _, ...call } = ready;
      return {
        ...call,
        run: (context) => {
          if (Object.hasOwn(answers, name)) return answers[name];
          if (tool.effect === 'none') return call.run(context);
          onUnanswered(name);
          throw new ToolError('Not run: this is a test.');
        },
      };
    },
  };
}
