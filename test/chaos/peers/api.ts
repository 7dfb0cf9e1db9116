/** Chaos: what of the two peers' APIs the suite uses; they are no dependency of the library, so their own declarations are not there. */

export interface Delivered {
  readonly topic: string;
  readonly partition: number;
  readonly message: { readonly offset: string; readonly value: Buffer | null };
}

export interface PeerConsumer {
  readonly events: { readonly GROUP_JOIN: string; readonly CRASH: string };
  on(event: string, listener: (event: { readonly payload: JoinPayload & CrashPayload }) => void): void;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  subscribe(options: { readonly topics: readonly string[]; readonly fromBeginning?: boolean }): Promise<void>;
  run(options: { readonly eachMessage: (delivered: Delivered) => Promise<void> }): Promise<void>;
  assignment(): readonly { readonly topic: string; readonly partition: number }[];
}

interface JoinPayload {
  readonly memberAssignment: Readonly<Record<string, readonly number[]>>;
}

interface CrashPayload {
  readonly error: Error;
  readonly restart: boolean;
}

export interface Answer {
  readonly partition: number;
  readonly baseOffset?: string;
  readonly offset?: string;
}

export interface PeerProducer {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  send(batch: { readonly topic: string; readonly messages: readonly PeerMessage[] }): Promise<readonly Answer[]>;
}

export interface PeerMessage {
  readonly key: string;
  readonly value: string;
  readonly partition: number;
}

export interface Peer {
  readonly Kafka: new (
    config: Readonly<Record<string, unknown>>,
  ) => {
    consumer(config: Readonly<Record<string, unknown>>): PeerConsumer;
    producer(config?: Readonly<Record<string, unknown>>): PeerProducer;
  };
  readonly logLevel: { readonly ERROR: number };
}
