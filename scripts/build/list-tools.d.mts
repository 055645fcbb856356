export function listTools(root: string): void;
export function listOf(files: string[]): string;
