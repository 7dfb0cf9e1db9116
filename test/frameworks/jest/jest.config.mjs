/** Files as they are: the service and the library are ES modules already. */
export default { testEnvironment: 'node', testMatch: ['**/*.test.mjs'], transform: {} };
