/** The playground's page: how each door is spoken to. */
import { openChatApi } from './chat-api.ts';
import type { OpenADoor } from './door.ts';
import { openPlatform } from './platform.ts';
import { openStream } from './stream.ts';
import { openWidget } from './widget.ts';

/** The doors that the page calls itself; every other one is a platform's, whose stand-in speaks for it. */
const own: Readonly<Record<string, OpenADoor>> = { 'chat-api': openChatApi, widget: openWidget, http: openStream };

export function openerOf(door: string): OpenADoor {
  return own[door] ?? openPlatform;
}

export function isPlatform(door: string): boolean {
  return !(door in own);
}
