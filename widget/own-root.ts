/** The widget: the document as the webchat's libraries are to see it: they do not look into the shadow root they stand in. */

/** What the widget stands in. */
export const TAG = 'claude-behind-chat';

/** The build puts it in the place of `document`, where these two are asked for (scripts/build/widget.mjs). */
export const ownRoot = {
  get activeElement(): Element | null {
    const { document } = window;
    return rootIn(document)?.activeElement ?? document.activeElement;
  },
  getElementById(id: string): Element | null {
    const { document } = window;
    return rootIn(document)?.getElementById(id) ?? document.getElementById(id);
  },
};

function rootIn(page: Document): ShadowRoot | null | undefined {
  return page.querySelector(TAG)?.shadowRoot;
}
