/** The tool definitions are a surface: each is a reviewed file, and all of them together stay affordable. */
import { readdirSync } from 'node:fs';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { instructions } from '../../src/mcp/instructions.ts';
import { findOperation, loadTools, type ToolNameForm, toTool } from '../../src/mcp/tools.ts';

const operations = await loadTools();
const forms: ToolNameForm[] = ['dotted', 'underscore'];

describe('tool definitions', () => {
  it.each(operations)('$name is the definition that was reviewed', async (operation) => {
    const definition = `${JSON.stringify(toTool(operation, 'dotted'), null, 2)}\n`;
    await expect(definition).toMatchFileSnapshot(`./tools/${operation.name}.json`);
  });

  it('leave no file of a tool that is gone', () => {
    const reviewed = readdirSync(new URL('./tools', import.meta.url)).sort();
    expect(reviewed).toEqual(operations.map(({ name }) => `${name}.json`).sort());
  });

  it('cost the host at most 1,500 tokens, output schemas included', () => {
    const result = JSON.stringify({ tools: operations.map((operation) => toTool(operation, 'dotted')) });
    expect(encode(result).length).toBeLessThanOrEqual(1500);
  });

  it.each(forms)('have names that stay apart once dots are underscores (%s)', (form) => {
    const names = operations.map((operation) => toTool(operation, form).name.replaceAll('.', '_'));
    expect(new Set(names).size).toBe(names.length);
  });

  it('have underscored names that every client takes', () => {
    for (const operation of operations) {
      expect(toTool(operation, 'underscore').name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    }
  });

  it.each(operations)('$name is found however a client spells it', (operation) => {
    for (const separator of ['.', '_', '-']) {
      expect(findOperation(operations, operation.name.replaceAll('.', separator))).toBe(operation);
    }
  });

  it('keep what only the command line has out of the tools', () => {
    const fieldsOf = (name: string) =>
      Object.keys(
        toTool(operations.find((operation) => operation.name === name)!, 'dotted').inputSchema.properties ??
          {},
      );
    expect(fieldsOf('delegate.run')).toEqual(
      expect.arrayContaining(['task', 'input', 'language', 'safetyCritical', 'forceModel', 'return']),
    );
    expect(fieldsOf('delegate.run')).not.toContain('timeout');
    expect(fieldsOf('delegate.diff')).not.toContain('effort');
    // A field that was made optional for one operation is still known by its surface.
    expect(fieldsOf('route.explain')).toEqual(expect.arrayContaining(['task', 'input']));
  });
});

describe.each(forms)('instructions (%s)', (form) => {
  const text = instructions(operations, form);

  it('fit what clients show', () => {
    expect(text.length).toBeLessThanOrEqual(4096);
  });

  it('name every tool as it is listed', () => {
    for (const operation of operations) expect(text).toContain(toTool(operation, form).name);
  });
});
