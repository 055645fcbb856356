/** Resources: the functions of serverless.yml, for what is made once per function. */

/** Key in serverless.yml → the logical id that CloudFormation gets for it, without what it is of the function. */
function idOf(key) {
  const plain = key.replaceAll('-', 'Dash').replaceAll('_', 'Underscore');
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** Every function as `{ key, id, role }`. Takes what the framework hands to a file of variables. */
async function functionsOf({ resolveConfigurationProperty }) {
  const functions = await resolveConfigurationProperty(['functions']);
  return Object.entries(functions).map(([key, { role }]) => ({ key, id: idOf(key), role }));
}

module.exports = { functionsOf, idOf };
