import { describe, expect, it } from 'vitest';
import { readTask, returnShapes, shapeFor, taskKinds } from '../../../src/core/tasks/tasks.ts';

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

describe('shapeFor', () => {
  it('is what the task promises unless the caller says otherwise', () => {
    expect(taskKinds.map((task) => shapeFor(task, undefined))).toEqual([
      'code',
      'patch',
      'code',
      'text',
      'text',
    ]);
    for (const shape of returnShapes) expect(shapeFor('refactor', shape)).toBe(shape);
  });
});
