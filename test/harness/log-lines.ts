/** Set-up of every test file: the product writes its lines past the console, and Vitest hands over only what goes through that. */
const write = process.stdout.write.bind(process.stdout);
let isPassing = false;

process.stdout.write = (chunk: string | Uint8Array, ...rest: never[]): boolean => {
  if (isPassing || !String(chunk).startsWith('{"')) return write(chunk, ...rest);
  isPassing = true;
  console.log(String(chunk).trimEnd());
  isPassing = false;
  return true;
};
