/** The playground's page: puts its parts together. */
import type { DoorView, Snapshot, StackView, Trouble } from '../view.ts';
import { openChoice } from './choice.ts';
import { openComposer } from './composer.ts';
import { openConversation } from './conversation.ts';
import { openDetails } from './details.ts';
import { find, make } from './dom.ts';
import { openerOf } from './doors/all.ts';
import type { OpenDoor } from './doors/door.ts';
import { ask, listen, type PlaceQuery, post } from './server.ts';
import type { Thumb } from './thumbs.ts';
import { openTurnPanel } from './turn.ts';

/** How often (ms) the page looks for doors that were not there, and for what became of a saved bot. */
const LOOK_MS = 2_000;

const conversation = openConversation();
const details = openDetails();
const choice = openChoice((wanted) => {
  composer.setReady(false); // or what is sent at once would still come in through the door that is left
  lookAgain(wanted).catch(() => composer.setReady(current?.door !== undefined));
});
let current: { bot: string; view: DoorView; door?: OpenDoor; stop(): void } | undefined;
const panel = openTurnPanel((turn) => {
  const place = placeNow();
  if (place) details.show(place, turn);
});
const composer = openComposer(send);
const problem = find('problem', HTMLParagraphElement);
const people = find('people', HTMLParagraphElement);
const empty = find('empty', HTMLDivElement);

/** Counts the doors that were opened: what an earlier one still has to say is not heard. */
let opened = 0;

async function enter(bot: string, view: DoorView, { bots, services }: StackView) {
  const mine = ++opened;
  const isMine = () => mine === opened;
  leave();
  memoryOf('page').set('bot', bot);
  memoryOf('page').set('door', view.name);
  find('door-note', HTMLParagraphElement).replaceChildren(
    make('code', {}, view.route),
    ` ${view.about}`,
    ...(bots.length > 1 ? [' ', make('strong', {}, bot), ' answers.'] : []),
  );
  conversation.clear();
  const isQueued = view.name !== 'http';
  panel.show([], { isQueued });
  tellPeople(undefined);
  composer.setDoor(
    view,
    services.some(({ name, isStandIn }) => name === 'claude' && !isStandIn),
  );
  say(undefined);
  empty.hidden = false;
  const stopped: (() => void)[] = [];
  current = {
    bot,
    view,
    stop: () => {
      for (const stop of stopped) stop();
    },
  };
  try {
    const door = await openerOf(view.name)({
      view,
      bot,
      memory: memoryOf(`${bot}/${view.name}`),
      events: {
        lines: (lines) => {
          if (!isMine()) return;
          empty.hidden = lines.length > 0;
          conversation.show(lines);
        },
        draft: (text) => isMine() && conversation.draft(text),
        problem: (text) => isMine() && say(text),
        reopen: () => isMine() && void lookAgain({ bot, door: view.name }),
      },
    });
    stopped.push(door.close);
    if (!isMine()) return door.close();
    current = { ...current, door };
    stopped.push(
      listen<Snapshot>('watch', placeOf(bot, view, door), (snapshot) => {
        door.look?.(snapshot);
        panel.show(snapshot.turns, { isQueued });
        tellPeople(snapshot.people);
      }),
    );
    composer.setReady(true);
  } catch (error) {
    if (isMine()) say(`This door did not open: ${error instanceof Error ? error.message : 'unknown reason'}`);
  }
}

function leave() {
  composer.setReady(false);
  current?.stop();
  current = undefined;
  find('frame', HTMLDivElement).replaceChildren(); // also of a door that is still opening
}

async function send(text: string, troubles: readonly Trouble[]) {
  const { door } = current ?? {};
  if (!door?.send) return;
  empty.hidden = true;
  say(undefined);
  try {
    if (troubles.length > 0) await post('trouble', { ...placeNow(), troubles });
    await door.send(text, { isTwice: troubles.includes('twice') });
  } catch (error) {
    conversation.draft(undefined);
    say(`It was not sent: ${error instanceof Error ? error.message : 'unknown reason'}`);
  }
}

// A click on a choice says it.
document.addEventListener('choose', (event) => {
  if (event instanceof CustomEvent && typeof event.detail === 'string') void send(event.detail, []);
});

document.addEventListener('rate', (event) => {
  if (!(event instanceof CustomEvent)) return;
  const { line, value }: Thumb = event.detail;
  current?.door?.rate?.(line, value).catch(() => say('What you think of it was not kept: try again.'));
});

/** Spoken where it changes only: it comes again with each look. */
function tellPeople(text = '') {
  if (people.textContent !== text) people.textContent = text;
}

function say(text: string | undefined) {
  problem.textContent = text ?? '';
}

function memoryOf(room: string) {
  return {
    get: (name: string) => sessionStorage.getItem(`${room}.${name}`) ?? undefined,
    set: (name: string, value: string) => sessionStorage.setItem(`${room}.${name}`, value),
  };
}

function drawServices({ services }: StackView) {
  const items = services.map(({ title, isStandIn }) =>
    make(
      'li',
      { class: isStandIn ? 'stand-in' : 'real' },
      `${title} `,
      make('span', {}, isStandIn ? 'stand-in' : 'real'),
    ),
  );
  find('services', HTMLUListElement).replaceChildren(...items);
}

function placeNow(): PlaceQuery | undefined {
  if (!current?.door) return undefined;
  return placeOf(current.bot, current.view, current.door);
}

function placeOf(bot: string, { name, knownAs = name }: DoorView, { conversation }: OpenDoor): PlaceQuery {
  return { bot, door: knownAs, conversation };
}

/** Asks the stack afresh, so that what has come up meanwhile can be chosen; enters what is wanted, as far as it is there. */
async function lookAgain(wanted?: { bot: string; door?: string | undefined }) {
  const stack = await ask<StackView>('stack');
  drawServices(stack);
  const isGone = current && stack.bots.every(({ name }) => name !== current?.bot);
  const seek = wanted ?? (isGone || !current ? { bot: '' } : undefined);
  if (!seek) return choice.draw(stack, { bot: current?.bot ?? '', door: current?.view.name });
  const bot = stack.bots.find(({ name }) => name === seek.bot) ?? stack.bots[0];
  const open = bot?.doors.filter(({ isOpen }) => isOpen) ?? [];
  // Another bot at the same door, if it is there.
  const view = open.find(({ name }) => name === (seek.door ?? current?.view.name)) ?? open[0];
  choice.draw(stack, { bot: bot?.name ?? '', door: view?.name });
  if (bot && view) return enter(bot.name, view, stack);
  leave();
  say(`${bot?.name} answers at none of these doors.`);
}

async function begin() {
  const { get } = memoryOf('page');
  await lookAgain({ bot: get('bot') ?? '', door: get('door') });
  setInterval(() => void lookAgain().catch(() => {}), LOOK_MS);
}

find('afresh', HTMLButtonElement).addEventListener('click', () => {
  if (!current) return;
  const { bot, view } = current;
  sessionStorage.removeItem(`${bot}/${view.name}.conversation`);
  void lookAgain({ bot, door: view.name });
});
void begin().catch((error) =>
  say(`The playground's server did not answer: ${error instanceof Error ? error.message : ''}`),
);
