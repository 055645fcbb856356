/** Stands in for Bedrock's client in the bundles that were built without CLAUDE_PROVIDER=bedrock: it would double them. */
export function openBedrock() {
  throw new Error('built without CLAUDE_PROVIDER=bedrock');
}
