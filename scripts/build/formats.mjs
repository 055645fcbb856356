/** What the formats of a bundle need: bundled CommonJS inside an ES module wants a `require`, and none is there. */
export const formats = {
  esm: {
    extension: '.mjs',
    banner: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);",
  },
  cjs: { extension: '.cjs', banner: '' },
};
