/** The widget: the round button and, once it was pressed, the official webchat in its window. */
import { detectLocale, Webchat } from '@botpress/webchat';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { openKept } from './kept.ts';
import { newestConversation } from './newest.ts';
import { keepReachable } from './reach.ts';
import { type Settings, userIn } from './settings.ts';

/** A page that is only looked at opens no stream: the webchat begins with the first press, and stays while the page does. */
export function Chat({ settings }: { settings: Settings }) {
  const { name, language, clientId } = settings;
  const [kept] = useState(() => openKept(clientId));
  const [isOpen, setOpen] = useState(kept.isOpen);
  const [wasOpen, setWasOpen] = useState(isOpen);
  const button = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const texts = detectLocale(language ?? navigator.language);
  useEffect(() => (box.current ? keepReachable(box.current) : undefined), []);

  function show(open: boolean) {
    // At once, so that the focus has somewhere to go.
    flushSync(() => {
      setOpen(open);
      setWasOpen((was) => was || open);
    });
    kept.keep(open);
    (open ? box : button).current?.focus();
  }

  function onKeyDown(event: KeyboardEvent) {
    // A dialogue inside of it takes the key for itself.
    if (event.key === 'Escape' && !event.defaultPrevented) show(false);
  }

  return (
    <>
      <div
        className="window"
        ref={box}
        role="dialog"
        aria-label={name}
        tabIndex={-1}
        hidden={!isOpen}
        onKeyDown={onKeyDown}
      >
        {wasOpen && <Window settings={settings} texts={texts} isOpen={isOpen} close={() => show(false)} />}
      </div>
      <button
        className="button"
        ref={button}
        type="button"
        aria-expanded={isOpen}
        aria-label={isOpen ? texts['closeButton.ariaLabel'] : name}
        onClick={() => show(!isOpen)}
      >
        <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="2" aria-hidden="true">
          <path d={isOpen ? 'M6 6l12 12M18 6L6 18' : 'M4 5h16v11H9l-5 4z'} strokeLinejoin="round" />
        </svg>
      </button>
    </>
  );
}

interface WindowProps {
  settings: Settings;
  texts: ReturnType<typeof detectLocale>;
  isOpen: boolean;
  close(): void;
}

function Window({ settings, texts, isOpen, close }: WindowProps) {
  const { apiUrl, clientId, name, greeting, avatar, footer, placeholder, color, userKey } = settings;
  const theme = useTheme(settings.theme);
  const [place, setPlace] = useState<{ conversationId?: string } | undefined>(userKey ? undefined : {});
  useEffect(() => {
    if (userKey === undefined) return;
    void newestConversation(settings).then((id) => setPlace(id === undefined ? {} : { conversationId: id }));
  }, [settings, userKey]);
  if (!place) return null;

  const userId = userKey === undefined ? undefined : userIn(userKey);
  const user = userKey === undefined ? {} : { user: { userId: userId ?? '', userToken: userKey } };
  // Its types leave them out, and hand them on.
  const more = { closeWindow: close, isOpen };
  return (
    <Webchat
      apiUrl={apiUrl}
      clientId={clientId}
      // What one user left in the browser is not the next one's.
      storageKey={`chat-widget-${clientId}${userId === undefined ? '' : `-${userId}`}`}
      locale={texts}
      configuration={{
        botName: name,
        color,
        themeMode: theme,
        feedbackEnabled: true,
        allowFileUpload: false,
        conversationHistory: false,
        ...(greeting ? { botDescription: greeting } : {}),
        ...(avatar ? { botAvatar: avatar } : {}),
        ...(footer ? { footer } : {}),
        ...(placeholder ? { composerPlaceholder: placeholder } : {}),
      }}
      {...user}
      {...place}
      {...more}
    />
  );
}

/** The one that was asked for, else the system's, also when it changes. */
function useTheme(asked: Settings['theme']): 'light' | 'dark' {
  const [query] = useState(() => matchMedia('(prefers-color-scheme: dark)'));
  const [isDark, setDark] = useState(query.matches);
  useEffect(() => {
    const follow = () => setDark(query.matches);
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }, [query]);
  return asked ?? (isDark ? 'dark' : 'light');
}
