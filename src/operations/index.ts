/** The table of operations. To add a capability: one file here, one line below. */
import { diffOperation } from './diff.ts';
import { docsOperation } from './docs.ts';
import { doctorOperation } from './doctor.ts';
import { modelsOperation } from './models.ts';
import type { Operation } from './operation.ts';
import { patchApplyOperation } from './patch-apply.ts';
import { routeExplainOperation } from './route-explain.ts';
import { runOperation } from './run.ts';
import { runsListOperation } from './runs-list.ts';
import { runsShowOperation } from './runs-show.ts';
import { searchOperation } from './search.ts';
import { configSetOperation, configUnsetOperation } from './settings/change.ts';
import { configGetOperation, configListOperation, configPathOperation } from './settings/show.ts';
import { testsOperation } from './tests.ts';
import { usageReportOperation } from './usage/usage-report.ts';
import { usageStatusOperation } from './usage/usage-status.ts';

export const operations: readonly Operation[] = [
  runOperation,
  diffOperation,
  testsOperation,
  docsOperation,
  patchApplyOperation,
  searchOperation,
  routeExplainOperation,
  usageReportOperation,
  usageStatusOperation,
  runsShowOperation,
  runsListOperation,
  doctorOperation,
  modelsOperation,
  configGetOperation,
  configSetOperation,
  configUnsetOperation,
  configListOperation,
  configPathOperation,
];
