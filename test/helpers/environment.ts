import {
  type Environment,
  type EnvironmentSources,
  inspectEnvironment,
} from '../../src/core/config/environment.ts';
import { refuseProblems } from '../../src/core/config/problem.ts';

/** Throws `invalid-environment` listing every problem, as the factory does. */
export function readEnvironment(sources: EnvironmentSources): Environment {
  const { environment, problems } = inspectEnvironment(sources);
  refuseProblems('invalid-environment', problems);
  return environment;
}
