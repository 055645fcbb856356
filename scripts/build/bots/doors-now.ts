/** The build of bots, for whoever runs the sources themselves: `#bots/doors`, what a door knows of them. */
import type { BotIdentity } from '../../../lib/bots/identity.ts';
import { botsFolder } from './folder.ts';
import { readBots } from './read-bots.ts';

/** `default` first. */
export const bots: readonly [BotIdentity, ...BotIdentity[]] = readBots(botsFolder(process.env));
