/** Shows what a setup step is doing and for how long: one live line in a terminal, plain lines elsewhere. */
const LIVE_MS = 200;
const PLAIN_MS = 30_000;

/** A step that went wrong in a way the user can mend; printed without a stack. */
export class SetupError extends Error {}

/** Runs one step under a heading; `note` inside it says what is happening right now.
 *  @template T
 *  @param {string} title
 *  @param {(note: (text: string) => void) => Promise<T>} work
 *  @returns {Promise<T>} */
export async function step(title, work) {
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(0)} s`;
  const live = process.stderr.isTTY === true;
  let doing = '';
  if (!live) process.stderr.write(`setup: ${title} ...\n`);
  const show = () => {
    if (live) process.stderr.write(`\r\x1b[Ksetup: ${title} ... ${seconds()} ${doing}`.slice(0, process.stderr.columns || 120));
    else process.stderr.write(`setup: ${title} ... ${seconds()} ${doing}\n`);
  };
  const timer = setInterval(show, live ? LIVE_MS : PLAIN_MS);
  const end = (/** @type {string} */ word) => {
    clearInterval(timer);
    process.stderr.write(`${live ? '\r\x1b[K' : ''}setup: ${title}: ${word} after ${seconds()}\n`);
  };
  try {
    const result = await work((text) => {
      doing = text;
    });
    end('done');
    return result;
  } catch (error) {
    end('failed');
    throw error;
  }
}

/** Runs a script's main function: a SetupError is shown as its text alone, anything else with its stack. Sets the exit code.
 *  @param {() => Promise<number | void>} main */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    process.stderr.write(`${error instanceof SetupError ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  }
}
