/** What is said where git gives no answer about a repository. */
import { OrchError } from '../../../core/errors/orch-error.ts';
import { type GitAnswer, type GitCall, git } from './git.ts';

/** What it was to tell, and what the user can do without it. */
const questions = {
  ignored: {
    code: 'file-forbidden',
    asked: 'list the ignored files of',
    instead: 'name each file instead of using a glob',
  },
  changes: {
    code: 'file-unreadable',
    asked: 'tell what has changed in',
    instead: 'pipe the change in',
  },
} as const;

export interface Question {
  about: keyof typeof questions;
  repository: string;
  signal: AbortSignal;
}

/** `why` continues a sentence: `/r/.gitignore is not a regular file`. */
export function unanswered({ about, repository }: Omit<Question, 'signal'>, why: string): OrchError {
  const { code, asked, instead } = questions[about];
  return new OrchError(code, `git cannot ${asked} ${repository}: ${why}`, {
    hint: `repair the repository, or ${instead}`,
  });
}

/**
 * Git's answer, whose status is undefined if git is not installed. Throws if the status is above `most`, the highest that
 * is an answer. Default 0.
 */
export async function ask(
  call: GitCall,
  question: Question,
  { input, most = 0 }: { input?: string; most?: number } = {},
): Promise<GitAnswer> {
  const answer = await git(call, { input, signal: question.signal });
  if (answer.status !== undefined && answer.status > most) throw unanswered(question, complaintOf(answer));
  return answer;
}

/** The first line of what git says where it gave no answer. */
export function complaintOf({ stderr }: GitAnswer): string {
  return stderr.trim().split('\n')[0] || 'it was killed or could not be started';
}
