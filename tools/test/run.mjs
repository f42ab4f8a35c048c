/**
 * Runs every project's tests through Nx, and closes with what failed and one line that counts all tests: `N passed, N
 * failed, N skipped`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const projects = [
  ...['libs', 'apps'].flatMap((folder) =>
    readdirSync(path.join(root, folder)).map((name) => path.join(root, folder, name)),
  ),
  path.join(root, 'test'),
  path.join(root, 'tools'),
].filter((folder) => existsSync(path.join(folder, 'vitest.config.mts')));
const report = (folder) => path.join(folder, '.vitest', 'results.json');
for (const folder of projects) rmSync(report(folder), { force: true });

const { status } = spawnSync(
  path.join(root, 'node_modules/.bin/nx'),
  ['run-many', '-t', 'test', '--output-style=stream', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit' },
);

const counts = { passed: 0, failed: 0, skipped: 0 };
const silent = [];
const failures = [];
for (const folder of projects) {
  if (!existsSync(report(folder))) {
    silent.push(path.relative(root, folder));
    continue;
  }
  const {
    numPassedTests,
    numFailedTests,
    numPendingTests,
    numTodoTests,
    numFailedTestSuites,
    numTotalTests,
    testResults,
  } = JSON.parse(readFileSync(report(folder), 'utf8'));
  for (const { name, message, assertionResults } of testResults) {
    const file = path.relative(root, name);
    if (message) failures.push(`${file}\n${message}`);
    for (const { status: ended, fullName, failureMessages } of assertionResults)
      if (ended === 'failed') failures.push(`${file} > ${fullName}\n${failureMessages.join('\n')}`);
  }
  counts.passed += numPassedTests;
  // A file that fails before its first test counts as one failure, or it would not be seen.
  counts.failed += numFailedTests + (numFailedTests === 0 && numFailedTestSuites > 0 ? 1 : 0);
  counts.skipped += numPendingTests + numTodoTests;
  if (numTotalTests === 0) silent.push(path.relative(root, folder));
}
// Again in the end: what a log shows of a long run is often its last lines alone.
for (const failure of failures) console.error(`\nfailed: ${failure}`);
if (silent.length > 0) console.error(`no test ran in: ${silent.join(', ')}`);
console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = status === 0 && counts.failed === 0 && silent.length === 0 ? 0 : 1;
