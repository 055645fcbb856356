/** All ways of keeping a conversation, in one process, to be asked for one turn after the other. */
import { answerParent, cpuUs } from '../measure/children.mjs';
import { openLangChain, openOurs } from './ways.mjs';

const ways = await Promise.all([openOurs(), openLangChain(2), openLangChain(1)]);
const wayOf = (name) => ways.find((way) => way.name === name);

answerParent(
  {
    fill: (name, conversation, turns) => wayOf(name).fill(conversation, turns),
    /** The n-th turn: ms and CPU ms that keeping it took, or why it could not be kept. */
    async turn(name, conversation, n) {
      const [began, before] = [performance.now(), cpuUs()];
      try {
        await wayOf(name).turn(conversation, n);
      } catch (error) {
        return { error: error.message };
      }
      return { ms: performance.now() - began, cpuMs: (cpuUs() - before) / 1000 };
    },
  },
  { names: ways.map(({ name }) => name) },
);
