/** A page of somebody's own: the real `useChat` in front of /chat. */
import { useChat } from '@ai-sdk/react';
import { DefaultChatTransport, type UIMessage } from 'ai';
import { createRoot } from 'react-dom/client';

const { api = '', key = '', said = '' } = document.body.dataset;
const headers = { authorization: `Bearer ${key}` };

function Chat() {
  const messages: UIMessage[] = said ? [{ id: 'said', role: 'user', parts: [{ type: 'text', text: said }] }] : [];
  const chat = useChat({ messages, resume: said !== '', transport: new DefaultChatTransport({ api, headers }) });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const data = new FormData(event.currentTarget);
        void chat.sendMessage({ text: String(data.get('text')) });
      }}
    >
      <input name="text" aria-label="Your message" />
      <output data-status={chat.status}>{chat.error?.message}</output>
      <button type="button" onClick={() => void chat.stop()}>
        Stop
      </button>
      {chat.messages.map(({ id, role, parts }) => (
        <article key={id} data-role={role}>
          {parts.map((part) => (part.type === 'text' ? part.text : '')).join('')}
        </article>
      ))}
    </form>
  );
}

createRoot(document.body.appendChild(document.createElement('main'))).render(<Chat />);
