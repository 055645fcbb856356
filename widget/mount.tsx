/** The widget: its script's beginning. Puts itself into a shadow root at the end of the page, once. */
import { createRoot } from 'react-dom/client';
// The package keeps its style out of its exports.
import webchatStyle from '../node_modules/@botpress/webchat/dist/style.css';
import { Chat } from './chat.tsx';
import { TAG } from './own-root.ts';
import { readSettings } from './settings.ts';
import { styleOf } from './style.ts';

const { currentScript } = document;

// Known only while the script itself runs.
if (currentScript instanceof HTMLScriptElement && !document.querySelector(TAG)) {
  const settings = readSettings(currentScript.src, currentScript.dataset);
  const host = document.createElement(TAG);
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`${webchatStyle}\n${styleOf(settings)}`);
  root.adoptedStyleSheets = [sheet];
  const mount = () => {
    document.body.append(host);
    createRoot(root).render(<Chat settings={settings} />);
  };
  if (document.body) mount();
  else document.addEventListener('DOMContentLoaded', mount);
}
