import { describe, expect, it } from 'vitest';
import {
  effectiveSetting,
  effectiveSettings,
  findSetting,
  settingKeys,
} from '../../../src/core/config/settings.ts';
import { givenConfig } from '../../helpers/config.ts';

const config = givenConfig();

describe('the keys of settings', () => {
  it('lead to the value of each that is listed', () => {
    const all = effectiveSettings(config);
    expect(all.length).toBeGreaterThan(20);
    for (const setting of all)
      expect(effectiveSetting(config, findSetting(setting.key, []))).toEqual(setting);
  });

  it('are those of the schemas, and each is found with a name in its brackets', () => {
    const keys = settingKeys();
    expect(keys.map(({ key }) => key)).toEqual(
      expect.arrayContaining([
        'aliases.<name>',
        'routing.refactor',
        'caps.<name>.max_input',
        'safetyCritical',
      ]),
    );
    for (const { key } of keys) {
      const path = findSetting(key.replace('<name>', 'gpt-6.1-sol'), []).path;
      expect(path).toEqual(key.split('.').map((word) => (word === '<name>' ? 'gpt-6.1-sol' : word)));
    }
  });
});

describe('a key that is none', () => {
  it.each(['__proto__.x', 'constructor.prototype.x', 'toString', 'aliases.__proto__'])(
    'is refused, whatever an object inherits: %s',
    (key) => {
      expect(() => findSetting(key, [])).toThrow(`there is no setting "${key}"`);
    },
  );
});
