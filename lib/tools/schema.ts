/** Tools: whether the Messages API takes the schema of an input. Pure. */

/** As its answers say: "Property keys should match pattern '^[a-zA-Z0-9_.-]{1,64}$'", of those at the top only. */
const KEY = /^[a-zA-Z0-9_.-]{1,64}$/;

/** "input_schema does not support oneOf, allOf, or anyOf at the top level". */
const NOT_AT_THE_TOP = ['oneOf', 'allOf', 'anyOf'];

/**
 * A half sentence that says why it does not, or `undefined`. One such tool would have every request of its bot refused.
 */
export function whyNotTaken(schema: Readonly<Record<string, unknown>>): string | undefined {
  const root = NOT_AT_THE_TOP.find((word) => Object.hasOwn(schema, word));
  if (root) return `its input has ${root} at the top, which Claude does not take`;
  const key = Object.keys(Object(schema.properties)).find((name) => !KEY.test(name));
  return key === undefined
    ? undefined
    : `its input has the field ${JSON.stringify(key.slice(0, 80))}; Claude takes letters, digits, "_", "." and "-", at most 64`;
}
