import { changelogOf } from '../findings/changelog';
import { paragraph } from '../findings/render';
import { fixesTag, type Repository, repositoryOf } from '../host/blame';
import { packageVersion } from '../host/install';
import type { AppliedFix } from './fix';
import type { Io } from './io';
import { patchMail } from './mail';

/** Of a commit message. */
const COLUMNS = 75;

/** Stands in the mail where git does not know who commits. */
const NOBODY = 'Author <author@example.invalid>';

/** Prints a mail for each applied fix: a series for `git am`, nobody's until somebody signs it off. */
export async function printPatches(applied: readonly AppliedFix[], root: string, io: Io): Promise<void> {
  const repository: Repository = (await repositoryOf(root)) ?? { prefix: '', author: null };
  if (!repository.author) io.err(`devres-lens: git knows no author in ${root}; set user.name and user.email, or edit From: in the patch\n`);
  for (const [i, { finding, source, fix, changes }] of applied.entries()) {
    const tag = await fixesTag(root, finding.file, finding.line, source);
    const message = changelogOf(finding, { change: fix.change, trailers: tag ? [tag] : [] });
    const [subject = '', ...body] = message.split('\n');
    const mail = {
      author: repository.author ?? NOBODY,
      subject,
      body: body.join('\n'),
      notes: notesOf(fix),
      changes: changes.map((change) => ({ ...change, path: repository.prefix + change.path })),
      number: i + 1,
      count: applied.length,
    };
    io.out(patchMail(mail, `devres-lens ${packageVersion()}`));
  }
}

/** What a reviewer should know and a commit message should not say. */
function notesOf({ description, resolves, leaves }: AppliedFix['fix']): string {
  const left = leaves.length > 0 ? `It leaves ${leaves.join(', ')}.` : 'It explores clean.';
  const text = `Made by devres-lens, to be read and tested before it is signed off. Resolves ${resolves.join(', ')}. ${left}\n\n${description}`;
  return text
    .split('\n')
    .flatMap((line) => (line === '' ? [''] : paragraph(line, COLUMNS)))
    .join('\n');
}
