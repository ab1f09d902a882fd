/** JSON Schemas of the configuration files, for completion in editors. */
import * as z from 'zod';
import { type ConfigFileName, configSchemas } from '../src/core/config/config.ts';

const titles: Record<ConfigFileName, string> = {
  models: 'orch: aliases and routing',
  policies: 'orch: policies',
  catalog: 'orch: catalogue of models',
};

export function configJsonSchema(name: ConfigFileName): Record<string, unknown> {
  // Draft 7 has the best support in editors.
  const { $schema, ...schema } = z.toJSONSchema(configSchemas[name](), {
    io: 'input',
    target: 'draft-7',
    override: ({ jsonSchema }) => {
      // Every integer has these bounds in JavaScript; they tell a reader nothing.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  return { $schema, $id: `urn:orch:schema:${name}`, title: titles[name], ...schema };
}
