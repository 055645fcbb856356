/** Chance that repeats itself: the same seed, the same numbers. */

export interface Chance {
  /** True this often (0 to 1). */
  happens(share: number): boolean;
  oneOf<T>(choices: readonly [T, ...T[]]): T;
}

/** The generator mulberry32. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    happens: (share) => next() < share,
    oneOf: <T>(choices: readonly [T, ...T[]]) => choices[Math.floor(next() * choices.length)] ?? choices[0],
  };
}
