import { vi } from 'vitest';

/** Tells every line that the functions write from now on, until `vi.restoreAllMocks()`. */
export function hearLines(tell: (line: string) => void): void {
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    for (const line of String(chunk).split('\n').filter(Boolean)) tell(line);
    return true;
  });
}
