/** What the conformance suite is told about the broker it runs on: `inject('bootstrapServers')`, `inject('brokerKind')`. */
declare module 'vitest' {
  export interface ProvidedContext {
    readonly bootstrapServers: string;
    readonly brokerKind: 'embedded' | 'kafka';
  }
}

export {};
