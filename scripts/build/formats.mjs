/** What the formats of a bundle need: bundled CommonJS inside an ES module wants a `require`, and none is there. */
export const formats = {
  esm: {
    extension: '.mjs',
    banner: "const require=process.getBuiltinModule('node:module').createRequire(import.meta.url);",
  },
  cjs: { extension: '.cjs', banner: '' },
};
