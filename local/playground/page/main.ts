/** The playground's page: puts its parts together. */
import { type DoorName, type DoorView, doorNames, type Snapshot, type StackView, type Trouble } from '../view.ts';
import { openComposer } from './composer.ts';
import { openConversation } from './conversation.ts';
import { openDetails } from './details.ts';
import { find, make } from './dom.ts';
import { doors } from './doors/all.ts';
import type { OpenDoor } from './doors/door.ts';
import { ask, listen, post } from './server.ts';
import { openTurnPanel } from './turn.ts';

const titles: Readonly<Record<string, string>> = {
  claude: 'Claude',
  talkjs: 'TalkJS',
  botpress: 'Botpress',
  reconify: 'Reconify',
};

/** How often (ms) the page looks for doors that were not there. */
const LOOK_MS = 10_000;

const conversation = openConversation();
const details = openDetails();
let current: { view: DoorView; door?: OpenDoor; stop(): void } | undefined;
const panel = openTurnPanel((turn) => {
  if (current?.door) details.show(current.view.name, current.door.conversation, turn);
});
const composer = openComposer(send);
const problem = find('problem', HTMLParagraphElement);
const empty = find('empty', HTMLDivElement);

/** Counts the doors that were opened: what an earlier one still has to say is not heard. */
let opened = 0;

async function enter(view: DoorView, { accessKey, services }: StackView) {
  const mine = ++opened;
  const isMine = () => mine === opened;
  leave();
  memoryOf('page').set('door', view.name);
  const { note, route, open } = doors[view.name];
  find('door-note', HTMLParagraphElement).replaceChildren(make('code', {}, route), ` ${note}`);
  conversation.clear();
  panel.show([], { isQueued: view.name !== 'http' });
  composer.setDoor(
    view.name,
    services.some(({ name, isStandIn }) => name === 'claude' && !isStandIn),
  );
  say(undefined);
  empty.hidden = false;
  const isQueued = view.name !== 'http';
  const stopped: (() => void)[] = [];
  current = {
    view,
    stop: () => {
      for (const stop of stopped) stop();
    },
  };
  try {
    const door = await open({
      view,
      accessKey,
      memory: memoryOf(view.name),
      events: {
        lines: (lines) => {
          if (!isMine()) return;
          empty.hidden = lines.length > 0;
          conversation.show(lines);
        },
        draft: (text) => isMine() && conversation.draft(text),
        problem: (text) => isMine() && say(text),
      },
    });
    stopped.push(door.close);
    if (!isMine()) return door.close();
    current = { ...current, door };
    const place = { door: view.name, conversation: door.conversation };
    stopped.push(
      listen<Snapshot>('watch', place, (snapshot) => {
        door.look?.(snapshot);
        panel.show(snapshot.turns, { isQueued });
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
}

async function send(text: string, troubles: readonly Trouble[]) {
  if (!current?.door) return;
  const { door, view } = current;
  empty.hidden = true;
  say(undefined);
  try {
    const place = { door: view.name, conversation: door.conversation };
    if (troubles.length > 0) await post('trouble', { ...place, troubles });
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
  const items = services.map(({ name, isStandIn }) =>
    make(
      'li',
      { class: isStandIn ? 'stand-in' : 'real' },
      `${titles[name] ?? name} `,
      make('span', {}, isStandIn ? 'stand-in' : 'real'),
    ),
  );
  find('services', HTMLUListElement).replaceChildren(...items);
}

function drawDoors(stack: StackView) {
  const fieldset = find('doors', HTMLFieldSetElement);
  for (const view of stack.doors) {
    const id = `door-${view.name}`;
    const known = document.getElementById(id);
    const input = known instanceof HTMLInputElement ? known : make('input', { type: 'radio', name: 'door', id });
    const label = make('label', { for: id }, make('strong', {}, doors[view.name].title));
    if (!known) {
      input.addEventListener('change', () => void lookAgain(view.name));
      fieldset.append(make('div', { class: 'door' }, input, label));
    }
    input.disabled = !view.isOpen;
    const title = view.isOpen ? doors[view.name].route : (view.reason ?? 'not available');
    input.parentElement?.setAttribute('title', title);
    input.parentElement?.toggleAttribute('data-closed', !view.isOpen);
  }
}

/** Asks the stack afresh, so that a door that has come up meanwhile can be entered. */
async function lookAgain(wanted?: DoorName) {
  const stack = await ask<StackView>('stack');
  drawServices(stack);
  drawDoors(stack);
  const view = stack.doors.find(({ name, isOpen }) => name === wanted && isOpen);
  if (!view) return;
  const input = document.getElementById(`door-${view.name}`);
  if (input instanceof HTMLInputElement) input.checked = true;
  await enter(view, stack);
}

async function begin() {
  const stack = await ask<StackView>('stack');
  const isOpen = (name: unknown) => stack.doors.some((view) => view.name === name && view.isOpen);
  const remembered = memoryOf('page').get('door');
  await lookAgain(doorNames.find((name) => name === remembered && isOpen(name)) ?? doorNames.find(isOpen));
  setInterval(() => void lookAgain().catch(() => {}), LOOK_MS);
}

find('afresh', HTMLButtonElement).addEventListener('click', () => {
  const name = current?.view.name;
  if (!name) return;
  sessionStorage.removeItem(`${name}.conversation`);
  void lookAgain(name);
});
void begin().catch((error) =>
  say(`The playground's server did not answer: ${error instanceof Error ? error.message : ''}`),
);
