/** What is said of a command before it is loaded is what it says itself. */
import { expect, it } from 'vitest';
import { type Actions, buildProgram, loadCommands } from '../../src/cli/program.ts';

const nothing = async () => {};
const actions: Actions = { run: nothing, serve: nothing, help: nothing, completion: nothing };

it('the lists of commands are the same once the commands are loaded', async () => {
  const program = buildProgram(actions);
  const lists = () =>
    [program, ...program.commands.filter(({ commands }) => commands.length > 0)].map((command) =>
      command.helpInformation(),
    );
  const before = lists();
  await loadCommands(program);
  expect(lists()).toEqual(before);
});
