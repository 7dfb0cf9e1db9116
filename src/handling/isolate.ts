/** Handling: who of many is to blame when a call threw. The suspects are halved until each guilty one has failed alone; whoever is called in a half that
 *  succeeds is done. Pure: it says whom to call next and is told how that went. */

export class Isolation<M> {
  /** Groups that are still to be called, the earliest last. */
  readonly #open: (readonly M[])[];
  readonly #guilty: M[] = [];

  /** `alone`: exactly these were in the call that threw, so calling them together again would tell nothing new. */
  constructor(suspects: readonly M[], alone: boolean) {
    this.#open = suspects.length === 0 ? [] : [suspects];
    if (alone) this.threw();
  }

  /** Whom to call next, or undefined when all is known. */
  get next(): readonly M[] | undefined {
    return this.#open.at(-1);
  }

  /** In the order in which they were given. */
  get guilty(): readonly M[] {
    return this.#guilty;
  }

  /** The call of `next` returned, with these failed by name. */
  returned(failed: readonly M[]): void {
    this.#open.pop();
    this.#guilty.push(...failed);
  }

  /** The call of `next` threw. */
  threw(): void {
    const group = this.#open.pop() ?? [];
    if (group.length <= 1) {
      this.#guilty.push(...group);
      return;
    }
    const middle = Math.ceil(group.length / 2);
    this.#open.push(group.slice(middle), group.slice(0, middle));
  }
}
