/** Lines of Kafka's DumpLogSegments as the chaos suite reads them. */
import { expect, test } from 'vitest';
import { toCommit, toRecord } from '../../chaos/log.mjs';

const HEAD = 'CreateTime: 1795823603736';

test.for([
  [
    `| offset: 12 ${HEAD} keySize: 2 valueSize: 95 sequence: 0 headerKeys: [] key: k0 payload: {"item":{"u":"p1.0.7","text":"x"},"hist":null}`,
    { offset: 12, key: 'k0', u: 'p1.0.7', kind: 'message' },
  ],
  [
    `| offset: 0 ${HEAD} keySize: -1 valueSize: 95 sequence: 0 headerKeys: [] payload: {"item":{"u":"p1.0.3","text":""},"hist":null}`,
    { offset: 0, key: null, u: 'p1.0.3', kind: 'message' },
  ],
  [`| offset: 3 ${HEAD} keySize: 2 valueSize: -1 sequence: 3 headerKeys: [] key: k1`, { offset: 3, key: 'k1', u: null, kind: 'tombstone' }],
  [
    `| offset: 4 ${HEAD} keySize: 2 valueSize: 9 sequence: 3 headerKeys: [] key: k1 payload: not json u=p1.0.9`,
    { offset: 4, key: 'k1', u: 'p1.0.9', kind: 'invalid' },
  ],
  ['baseOffset: 3 lastOffset: 3 count: 1', undefined],
] as const)('%s', ([line, record]) => {
  expect(toRecord(line)).toEqual(record);
});

const KEY = 'key: {"type":"1","data":{"group":"g","topic":"t","partition":2}}';
const STORED = 'payload: {"version":"4","data":{"offset":4,"leaderEpoch":0,"metadata":"","commitTimestamp":17}}';

test.for([
  [`| offset: 5 ${HEAD} keySize: 13 valueSize: 24 sequence: 0 headerKeys: [] ${KEY} ${STORED}`, { tp: 't:2', offset: 4, atMs: 17 }],
  [`| offset: 5 ${HEAD} keySize: 13 valueSize: -1 sequence: 0 headerKeys: [] ${KEY}`, { tp: 't:2', offset: null, atMs: 1795823603736 }],
  [`| offset: 5 ${HEAD} keySize: 13 valueSize: 24 sequence: 0 headerKeys: [] ${KEY.replace('"g"', '"other"')} ${STORED}`, undefined],
  [`| offset: 1 ${HEAD} keySize: 6 valueSize: 9 sequence: 0 headerKeys: [] key: {"type":"2","data":{"group":"g"}} payload: {}`, undefined],
] as const)('%s', ([line, commit]) => {
  expect(toCommit(line, 'g')).toEqual(commit);
});
