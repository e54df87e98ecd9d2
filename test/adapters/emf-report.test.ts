import { expect, it, vi } from 'vitest';
import { emfReport } from '../../functions/adapters/emf-report.ts';

const written = () => {
  const lines: string[] = [];
  const report = emfReport(
    'live',
    () => 1_780_000_000,
    (line) => lines.push(line),
  );
  return { lines, report };
};

it('logs one line of JSON with the given fields and nothing else', () => {
  const { lines, report } = written();
  report.log('message failed', { groupId: 'cus_1\n', ids: ['a'], missing: undefined });
  expect(lines).toStrictEqual([
    '{"groupId":"cus_1\\n","ids":["a"],"message":"message failed","Stage":"live"}\n',
  ]);
});

it('counts in the embedded metric format', () => {
  const { lines, report } = written();
  report.count('AccessGranted', { customerId: 'cus_1' });
  expect(lines.map((line) => JSON.parse(line))).toStrictEqual([
    {
      customerId: 'cus_1',
      message: 'AccessGranted',
      Stage: 'live',
      AccessGranted: 1,
      _aws: {
        Timestamp: 1_780_000_000_000,
        CloudWatchMetrics: [
          {
            Namespace: 'Wharfage',
            Dimensions: [['Stage']],
            Metrics: [{ Name: 'AccessGranted', Unit: 'Count' }],
          },
        ],
      },
    },
  ]);
});

it('counts zero as zero, and percentages in percent', () => {
  const { lines, report } = written();
  report.count('PolicyUsedPercent', {}, 0);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    PolicyUsedPercent: 0,
    _aws: { CloudWatchMetrics: [{ Metrics: [{ Unit: 'Percent' }] }] },
  });
});

it('lets no field pass for the stage or for the metric', () => {
  const { lines, report } = written();
  report.count('AccessGranted', { Stage: 'other', _aws: 'x', message: 'y', AccessGranted: 9 });
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    Stage: 'live',
    message: 'AccessGranted',
    AccessGranted: 1,
    _aws: { Timestamp: 1_780_000_000_000 },
  });
});

it('writes to standard output, where nothing is put in front of the line', () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  emfReport('live', () => 0).log('hello', {});
  const lines = write.mock.calls.map(([line]) => line);
  write.mockRestore();
  expect(lines).toStrictEqual(['{"message":"hello","Stage":"live"}\n']);
});
