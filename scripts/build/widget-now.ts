/** The build of the widget, for whoever runs the sources themselves: `#widget`, which only a bundle has. */
import type { WidgetFile } from '../../lib/chat-api/widget.ts';

export const widget: WidgetFile | undefined = undefined;
