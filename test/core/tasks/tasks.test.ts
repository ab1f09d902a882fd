import { describe, expect, it } from 'vitest';
import { readTask, taskKinds, tasks } from '../../../src/core/tasks/tasks.ts';

describe('readTask', () => {
  it('knows the five kinds of the contract, and no others', () => {
    expect(taskKinds).toEqual(['code_generate', 'refactor', 'tests', 'docs', 'deep_reasoning']);
    for (const task of taskKinds) expect(readTask(task)).toEqual({ task, known: true });
  });

  it.each([
    ['code-generate', 'code_generate'],
    [' Deep-Reasoning ', 'deep_reasoning'],
    ['DOCS', 'docs'],
  ])('reads %j in the form that a shell invites', (name, task) => {
    expect(readTask(name)).toEqual({ task, known: true });
  });

  it.each(['', 'review', 'test', 'code', '__proto__', 'constructor'])(
    'takes %j for docs and says so',
    (name) => {
      expect(readTask(name)).toEqual({ task: 'docs', known: false });
    },
  );
});

describe('the shape of a result', () => {
  it('is what the output contract of the task allows', () => {
    expect(taskKinds.map((task) => tasks[task].shape)).toEqual(['code', 'patch', 'code', 'text', 'text']);
  });
});
