/** Room of the operator: what the door can be asked, by the verb. Pure. */
import * as z from 'zod/mini';
import { sizes } from '../bounds.ts';
import { Rejected } from '../errors.ts';
import { pseudonym } from '../log.ts';
import { block, unblock } from './block.ts';
import { PLATFORMS } from './conversation.ts';
import { exportConversation, exportUser } from './export.ts';
import { forget, forgetUser } from './forget.ts';
import { pause, resume } from './own.ts';
import { rateAnswer } from './rate.ts';
import { redrive } from './redrive.ts';
import { say } from './say.ts';
import { show } from './show.ts';
import type { Answer, OperatorDeps } from './verb.ts';

/** Half a character is none, and all of them would be the same one to the table. */
const name = (maxChars: number) =>
  z.string().check(
    z.minLength(1),
    z.maxLength(maxChars),
    z.refine((text) => text.isWellFormed()),
  );
/** As long as an id may be, and a session of /chat with its caller in front. */
const id = name(sizes.idChars + 64);
const where = { platform: z.enum(PLATFORMS), conversation: id };
const whose = { platform: z.enum(PLATFORMS), user: id };
const next = z.optional(z.string().check(z.maxLength(2_048)));
type Where = z.output<z.ZodMiniObject<typeof where>>;
type Whose = z.output<z.ZodMiniObject<typeof whose>>;

const verbs: Readonly<Record<string, Verb>> = {
  show: verb(
    'platform, conversation, message?, text? (true or false)',
    z.strictObject({ ...where, message: z.optional(id), text: z.optional(z.boolean()) }),
    (deps, { message, text = false, ...of }) => show(deps, { ...named(of), message, withText: text }),
  ),
  pause: verb('platform, conversation', z.strictObject(where), (deps, of) => pause(deps, named(of))),
  resume: verb('platform, conversation', z.strictObject(where), (deps, of) => resume(deps, named(of))),
  redrive: verb(
    'platform, conversation, message?',
    z.strictObject({ ...where, message: z.optional(id) }),
    (deps, { message, ...of }) => redrive(deps, { ...named(of), message }),
  ),
  say: verb(
    `platform, conversation, text, key (at most ${sizes.idChars} characters, the same when it is sent again)`,
    z.strictObject({
      ...where,
      text: z.string(),
      key: name(sizes.idChars),
    }),
    (deps, { text, key, ...of }) => say(deps, { ...named(of), text, key }),
  ),
  block: verb('platform, user', z.strictObject(whose), (deps, of) => block(deps, of)),
  unblock: verb('platform, user', z.strictObject(whose), (deps, of) => unblock(deps, of)),
  export: verb(
    'platform, conversation or user, next?',
    z.union([z.strictObject({ ...where, next }), z.strictObject({ ...whose, next })]),
    (deps, of) => ('user' in of ? exportUser(deps, of) : exportConversation(deps, { ...named(of), next: of.next })),
  ),
  forget: verb(
    'platform, conversation or user, next?',
    z.union([z.strictObject({ ...where, next }), z.strictObject({ ...whose, next })]),
    (deps, of) => ('user' in of ? forgetUser(deps, of) : forget(deps, { ...named(of), next: of.next })),
  ),
  rate: verb(
    `platform, conversation, message, value (positive or negative), comment? (at most ${sizes.commentChars} characters)`,
    z.strictObject({
      ...where,
      message: id,
      value: z.enum(['positive', 'negative']),
      comment: z.optional(z.string().check(z.maxLength(sizes.commentChars))),
    }),
    (deps, { message, value, comment, ...of }) => rateAnswer(deps, { ...named(of), message, value, comment }),
  ),
};

/** A request that is understood: what it is about, and how it is done. */
export interface Asked {
  do: string;
  /** For the log, the pseudonym of conversation or user. */
  about: string;
  run(deps: OperatorDeps): Promise<Answer>;
}

/** Throws `Rejected` 400, which names what is allowed, for anything else. */
export function readRequest(body: unknown): Asked {
  const { do: name, ...fields } = typeof body === 'object' && body !== null ? { do: undefined, ...body } : {};
  const known = typeof name === 'string' && Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (!known) throw new Rejected(400, `do must be one of ${Object.keys(verbs).join(', ')}`);
  const asked = known.read(fields);
  if (!asked) throw new Rejected(400, `${name} takes ${known.takes}; platform is one of ${PLATFORMS.join(', ')}`);
  return { ...asked, do: String(name) };
}

interface Verb {
  takes: string;
  /** `undefined` for what it does not take. */
  read(fields: object): Omit<Asked, 'do'> | undefined;
}

function verb<Request extends Where | Whose>(
  takes: string,
  schema: z.ZodMiniType<Request>,
  run: (deps: OperatorDeps, request: Request) => Promise<Answer>,
): Verb {
  return {
    takes,
    read(fields) {
      const { data } = z.safeParse(schema, fields);
      if (!data) return undefined;
      const name = 'user' in data ? data.user : data.conversation;
      return { about: pseudonym(data.platform, name), run: (deps) => run(deps, data) };
    },
  };
}

function named({ platform, conversation }: Where) {
  return { platform, name: conversation };
}
