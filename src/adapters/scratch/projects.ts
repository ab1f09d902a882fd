/** Looks at a project whose tests are to be run: its files, and which of its installed programs run them. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { Project, Projects } from '../../engine/verdict-ports.ts';
import { readRegularFile } from '../system/regular-file.ts';
import { filesToCopy } from './files-to-copy.ts';
