/** How long a test waits for what will come, on a machine that is busy with something else. */
import type { vi } from 'vitest';

export const patience: Parameters<typeof vi.waitFor>[1] = { timeout: 90_000, interval: 50 };
