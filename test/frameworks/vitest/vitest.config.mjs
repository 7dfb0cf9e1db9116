/** vitest's defaults; the file keeps it from taking the one of the checkout around this project. */
export default {};
