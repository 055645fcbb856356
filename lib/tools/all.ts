/** Tools: all there are. Written by scripts/build/list-tools.mjs with every build: add a file to the folder all/, not a line here. */
// biome-ignore-all format: one tool a line
import calculator from './all/calculator.ts';
import currentTime from './all/current-time.ts';
import getWeather from './all/get-weather.ts';
import handToHuman from './all/hand-to-human.ts';
import offerChoices from './all/offer-choices.ts';
import type { Tool } from './tool.ts';

export const allTools: readonly Tool[] = [
  calculator,
  currentTime,
  getWeather,
  handToHuman,
  offerChoices,
];
