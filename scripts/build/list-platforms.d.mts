export function listPlatforms(root: string): void;
export function platformNames(root: string): string[];
export function listOf(names: readonly string[]): string;
