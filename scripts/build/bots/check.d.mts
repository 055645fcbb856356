import type { BotFolder } from './read-bots.ts';

export function checkBots(bots: readonly BotFolder[], root: string): Promise<void>;
