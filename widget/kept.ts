/** The widget: whether its window stood open on the page before. Nothing where the browser keeps nothing. */

/** Of this tab, for the widget of that webhook id. */
export function openKept(clientId: string) {
  const name = `chat-widget-open-${clientId}`;
  return {
    isOpen(): boolean {
      try {
        return sessionStorage.getItem(name) === 'yes';
      } catch {
        return false;
      }
    },
    keep(isOpen: boolean): void {
      try {
        sessionStorage.setItem(name, isOpen ? 'yes' : 'no');
      } catch {
        // A page in a frame without storage: it opens closed.
      }
    },
  };
}
