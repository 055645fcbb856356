/** The Chat API server: files, which nobody can leave here. The webchat widget asks where it is not told that it cannot. */
import type { Handlers } from './api.ts';
import { ApiError } from './api-error.ts';

/** Always `InvalidPayload`: after 403 and 404 the widget would silently begin a new conversation. */
export function fileHandlers(): Pick<Handlers, 'createFile'> {
  return {
    createFile: async () => {
      throw new ApiError('InvalidPayload', 'Files cannot be uploaded here; send a message with a link to one');
    },
  };
}
