/** Chaos: every fault by its name. */
import { electLeaders, freezeBroker, killBroker, newPorts, restartBroker, rollingRestart } from './brokers.mjs';
import { endMember, freezeMember, joinGroup, killMember, killProducer, leaveGroup, order } from './clients.mjs';
import { cut, delay, hold, reset } from './network.mjs';
import { addPartitions, loseDeadLetters, overtake, recreateTopic } from './topics.mjs';

/** @type {Readonly<Record<string, import('./scene.js').FaultWork>>} */
export const FAULTS = {
  'kill-broker': killBroker,
  'freeze-broker': freezeBroker,
  'restart-broker': restartBroker,
  'rolling-restart': rollingRestart,
  'new-ports': newPorts,
  'elect-leaders': electLeaders,
  'add-partitions': addPartitions,
  overtake,
  'recreate-topic': recreateTopic,
  'lose-dead-letters': loseDeadLetters,
  kill: killMember,
  term: endMember,
  freeze: freezeMember,
  join: joinGroup,
  leave: leaveGroup,
  block: order('block'),
  slow: order('slow'),
  pause: order('pause'),
  'kill-producer': killProducer,
  cut,
  delay,
  hold,
  reset,
};
