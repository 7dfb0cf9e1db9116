/** Feeds Biome one probe file per pair of rooms: an import that goes up or sideways must be refused, one that goes down must pass. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** Bottom to top. Rooms on one floor stand side by side and do not see each other. The demo in cli runs on testing's embedded broker. */
const FLOORS = [
  ['settings', 'message'],
  ['engine'],
  ['producer'],
  ['handling'],
  ['consumer'],
  ['inspect', 'observe'],
  ['service'],
  ['testing'],
  ['cli'],
];
const ROOMS = FLOORS.flat();
const floorOf = (room: string): number => FLOORS.findIndex((floor) => floor.includes(room));

interface Probe {
  readonly file: string;
  readonly imports: string;
  readonly allowed: boolean;
}

const betweenRooms: readonly Probe[] = ROOMS.flatMap((from) =>
  ROOMS.filter((to) => to !== from).map((to) => ({
    file: `src/${from}/to-${to}.ts`,
    imports: `../${to}/thing.js`,
    allowed: floorOf(to) < floorOf(from),
  })),
);
const toTheAddon: readonly Probe[] = ROOMS.flatMap((from) => [
  { file: `src/${from}/to-addon.ts`, imports: '../../native/load.cjs', allowed: from === 'engine' },
  { file: `src/${from}/to-binary.ts`, imports: '../../native/kafka.linux-x64-gnu.node', allowed: from === 'engine' },
]);
const toTheDoor: readonly Probe[] = ROOMS.map((from) => ({
  file: `src/${from}/to-door.ts`,
  imports: '../index.js',
  allowed: from === 'cli' || from === 'testing',
}));
const fromTheGround: readonly Probe[] = ROOMS.map((to) => ({
  file: `src/ground-to-${to}.ts`,
  imports: `./${to}/thing.js`,
  allowed: false,
}));
const groundUse: readonly Probe[] = ROOMS.map((from) => ({ file: `src/${from}/to-ground.ts`, imports: '../errors.js', allowed: true }));
const PROBES = [...betweenRooms, ...toTheAddon, ...toTheDoor, ...fromTheGround, ...groundUse];

let folder: string;
let refused: ReadonlySet<string>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'phq-layers-'));
  copyFileSync('biome.json', join(folder, 'biome.json'));
  // Types count as imports too: a probe imports a type only.
  for (const { file, imports } of PROBES) write(file, `import type { Thing } from '${imports}';\n\nexport type Mine = Thing;\n`);
  write('src/message/cycle-a.ts', "import type { B } from './cycle-b.js';\n\nexport type A = B | 1;\n");
  write('src/message/cycle-b.ts', "import type { A } from './cycle-a.js';\n\nexport type B = A | 2;\n");
  refused = lint();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(PROBES)('$file importing $imports: allowed = $allowed', ({ file, allowed }) => {
  expect(refused.has(`noRestrictedImports ${file}`)).toBe(!allowed);
});

test('a cycle made of type imports alone is refused', () => {
  expect(refused).toContain('noImportCycles src/message/cycle-a.ts');
});

test('every folder of src has a floor', () => {
  const folders = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map((entry) => entry.name).filter((name) => !ROOMS.includes(name))).toEqual([]);
});

function write(file: string, text: string): void {
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Which rule refused which file, as `rule path`. */
function lint(): ReadonlySet<string> {
  const biome = join(process.cwd(), 'node_modules/@biomejs/biome/bin/biome');
  const only = ['--only=style/noRestrictedImports', '--only=suspicious/noImportCycles'];
  const args = [biome, 'lint', '--reporter=json', '--max-diagnostics=none', '--vcs-enabled=false', ...only, 'src'];
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', maxBuffer: 64 << 20 });
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { category: string; location: { path: string | { file: string } } }[] };
  return new Set(
    diagnostics.map(({ category, location: { path } }) => `${category.split('/').at(-1)} ${typeof path === 'string' ? path : path.file}`),
  );
}
