/** A process that can be stopped at any of its outward calls: the steps of a run are numbered, and blows fall on numbers. */

/**
 * What happens at a step: the process dies before the effect or after it, or the call fails before or after it. A call of AWS may
 * also be carried out twice, since its SDK tries again by itself when an answer is lost; other calls then go as ever.
 */
export type Blow = 'killed before' | 'killed after' | 'failed before' | 'failed after' | 'carried out twice';

/** Which blow falls on a step: by its number, counted from 1 over all processes of a run, or by what is called. */
export type Strike = (step: number, what: string) => Blow | undefined;

export interface Process {
  /** Makes an outward call. Never ends in a process that is dead, and has no effect then. */
  call<T>(what: string, effect: () => Promise<T> | T): Promise<T>;
  /** Ends when the process dies. */
  died: Promise<'died'>;
  isAlive(): boolean;
}

export type Steps = ReturnType<typeof countSteps>;

export function countSteps(strike: Strike) {
  const made: string[] = [];

  function start(): Process {
    const death = Promise.withResolvers<'died'>();
    let isDead = false;
    const forEver = <T>() => new Promise<T>(() => {});
    const die = <T>() => {
      isDead = true;
      death.resolve('died');
      return forEver<T>();
    };
    return {
      died: death.promise,
      isAlive: () => !isDead,
      call: async <T>(what: string, effect: () => Promise<T> | T): Promise<T> => {
        if (isDead) return forEver();
        const blow = strike(made.push(what), what);
        if (blow === 'killed before') return die();
        if (blow === 'failed before') throw new TypeError('the call failed');
        if (blow === 'carried out twice' && what.endsWith('Command')) await Promise.resolve(effect()).catch(() => {});
        const result = await effect();
        if (blow === 'killed after') return die();
        if (isDead) return forEver();
        if (blow === 'failed after') throw new TypeError('the answer was lost');
        return result;
      },
    };
  }

  return {
    start,
    /** The steps so far, in order. */
    made: made as readonly string[],
  };
}
