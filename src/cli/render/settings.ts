/** Prints settings and what has become of them. */
import type { ChangeOutput } from '../../operations/settings/change.ts';
import type { PathOutput, SettingOutput, SettingsOutput } from '../../operations/settings/show.ts';
import type { Renderer } from './renderers.ts';
import { wrapped } from './wrap.ts';

const indent = '    ';

export const settingRenderer: Renderer = {
  options: [],
  async render(output, { streams, verbose }) {
    const { key, value } = output as SettingOutput;
    if (value !== null) streams.out(`${typeof value === 'string' ? value : JSON.stringify(value)}\n`);
    else if (verbose) streams.say('note', `${key} has no value`);
  },
};

export const settingsRenderer: Renderer = {
  options: [],
  async render(output, { streams, verbose }) {
    const { settings, warnings } = output as SettingsOutput;
    const { stdoutColumns: width } = streams;
    for (const { key, value, origin } of settings) {
      const text = `${key} = ${JSON.stringify(value)}`;
      const line = `${text} (${origin})`;
      const fits = width === undefined || line.length <= width;
      streams.out(fits ? `${line}\n` : `${wrapped(text, width, indent)}\n${indent}(${origin})\n`);
    }
    if (verbose) for (const warning of warnings) streams.say('warning', warning);
  },
};

export const setRenderer: Renderer = {
  options: [],
  async render(output, { streams, verbose }) {
    const { key, value, file, changed, warnings } = output as ChangeOutput;
    streams.out(`${key} = ${JSON.stringify(value)}\n`);
    if (!verbose) return;
    if (changed) streams.err(`written: ${file}\n`);
    for (const warning of warnings) streams.say('warning', warning);
  },
};

export const unsetRenderer: Renderer = {
  options: [],
  async render(output, { streams, verbose }) {
    const { key, value, origin, before, file, changed, warnings } = output as ChangeOutput;
    if (verbose) {
      if (changed) streams.err(`removed: ${key} = ${JSON.stringify(before)} from ${file}\n`);
      for (const warning of warnings) streams.say('warning', warning);
      const from = origin === null ? '' : `, from ${origin}`;
      streams.err(value === null ? `${key} has no value now\n` : `in effect now${from}:\n`);
    }
    if (value !== null) streams.out(`${key} = ${JSON.stringify(value)}\n`);
  },
};

export const pathRenderer: Renderer = {
  options: [],
  async render(output, { streams }) {
    streams.out(`${(output as PathOutput).user}\n`);
  },
};
