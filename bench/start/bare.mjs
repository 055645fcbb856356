/** A function on Lambda that does nothing: what Node and the runtime take by themselves. */
export const handler = async () => ({ statusCode: 200 });
