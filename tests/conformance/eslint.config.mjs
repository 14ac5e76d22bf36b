// The recommended rules of graphql-eslint for schemas and operations, and those of Relay. What is off says why.
import plugin from "@graphql-eslint/eslint-plugin";

const graphql = { languageOptions: { parser: plugin.parser }, plugins: { "@graphql-eslint": plugin } };
const recommended = (name) => plugin.configs[`flat/${name}-recommended`].rules;

export default [
  {
    ...graphql,
    files: ["schema/thread.graphql"],
    rules: {
      ...recommended("schema"),
      ...plugin.configs["flat/schema-relay"].rules,
      // only entities have an id; a page, a count or a link is a value of the answer that it is in
      "@graphql-eslint/strict-id-in-types": "off",
      // lists of values are plain lists; an edge may lead to a value
      "@graphql-eslint/relay-edge-types": [
        "error",
        { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
      ],
    },
  },
  {
    ...graphql,
    files: ["schema/queries/*.graphql"],
    rules: {
      ...recommended("operations"),
      // the questions are for people: they name things by IRI and label
      "@graphql-eslint/require-selections": "off",
      // the price bounds depth, and more
      "@graphql-eslint/selection-set-depth": "off",
    },
  },
];
