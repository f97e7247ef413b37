import { expect, test } from 'vitest';
import type { LogOutputChannel } from 'vscode';
import { traceChannel } from '../../../client/src/trace';
import { configuration, configurationChanged, LogLevel } from '../../support/fake-vscode';

test('the setting alone has messages written to the log', () => {
  const written: string[] = [];
  const log = { logLevel: LogLevel.Info, trace: () => {}, info: (message: string) => written.push(message) };
  const channel = traceChannel(log as unknown as LogOutputChannel);
  const levels: number[] = [];
  channel.onDidChangeLogLevel((level) => levels.push(level));
  expect(channel.logLevel).toBe(LogLevel.Off);
  for (const value of ['verbose', 'off']) {
    configuration.set('devresLens.trace.server', value);
    configurationChanged.fire({ affectsConfiguration: (section) => section === 'devresLens.trace.server' });
  }
  configurationChanged.fire({ affectsConfiguration: () => false });
  expect(levels).toEqual([LogLevel.Trace, LogLevel.Off]);
  channel.trace('a message');
  expect(written).toEqual(['a message']);
});
