/** The widget: the round button and where the window stands; the window itself has a style of its own. Pure. */
import type { Settings } from './settings.ts';

/** The style sheet, for a shadow root: no rule of the page reaches in, and none of these out. */
export function styleOf({ side, color }: Pick<Settings, 'side' | 'color'>): string {
  return `
:host { all: initial; }
.button, .window { position: fixed; ${side}: 20px; z-index: 2147483000; }
.button {
  bottom: 20px; width: 60px; height: 60px; padding: 0; border: 0; border-radius: 50%; cursor: pointer;
  background: ${color}; color: #fff; box-shadow: 0 4px 16px rgb(0 0 0 / 25%);
}
.button:focus-visible { outline: 3px solid ${color}; outline-offset: 3px; }
.button svg { width: 28px; height: 28px; vertical-align: middle; }
.window {
  bottom: 92px; width: 400px; height: 600px; max-width: calc(100vw - 40px); max-height: calc(100dvh - 112px);
}
.window[hidden] { display: none; }
.window > * { width: 100%; height: 100%; }
@media (max-width: 480px) {
  .window { inset: 0; width: 100vw; height: 100dvh; max-width: none; max-height: none; }
  .window:not([hidden]) ~ .button { display: none; }
}
`;
}
