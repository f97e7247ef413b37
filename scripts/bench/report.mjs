// The results as a page and a plot.

/** A page in Markdown, of the parts that were measured. */
export function table(results) {
  const parts = [figures, larger, beside, lifetimes].map((part) => part(results)).filter(Boolean);
  return `# Benchmarks

Made by \`npm run bench\` on ${results.machine}. \`${results.folder}\` is that of Linux ${results.version}. Processor times count all
processes of a command; they vary less on a busy machine than those of the clock. Medians, with the least and the greatest in brackets.
Processes that wanted a processor when a part had been measured, this one among them: ${loads(results)}.

${parts.join('\n')}`;
}

const NAMES = {
  own: 'checks',
  typing: 'typing',
  memory: 'memory of the engine',
  server: 'memory of the server',
  lifetimes: 'lifetimes of `drivers/cxl`',
  large: 'larger trees',
  worst: 'lifetimes of `drivers`',
  tools: 'other checkers',
};

function loads(results) {
  const measured = Object.keys(NAMES).filter((name) => results[name]);
  return measured.map((name) => `${NAMES[name]} ${results[name].load}${results[name].quick ? ' (with --quick)' : ''}`).join(', ');
}

function figures({ folder, file, own, typing, memory, server }) {
  const rows = [];
  const row = (what, clock, processor, goal) => rows.push(`| ${what} | ${clock} | ${processor} | ${goal} |`);
  if (own) {
    const { cold, warm, peak, size } = own.result;
    row(
      `cold: \`check ${folder}\` (${size.files} files, ${size.lines} lines), from the start of the process`,
      seconds(cold.wall),
      seconds(cold.cpu),
      '0.8 s',
    );
    row('warm: the same again', seconds(warm.wall), seconds(warm.cpu), '0.3 s');
    row('peak memory of the cold check', mb(peak), '', '150 MB');
  }
  if (typing) {
    const { count, wall, cpu } = typing.result;
    row(
      `typing in \`${file}\`, ${count} edits: from a change to the findings of the folder, median`,
      ms(wall.median),
      ms(cpu.median),
      '50 ms',
    );
    row('the same, 95th percentile', ms(wall.p95), ms(cpu.p95), '120 ms');
  }
  if (server) {
    const { first, again, hover, codeActions, keystrokes } = server.result;
    row(`server: from initialize to the first findings in \`${file}\``, ms(first), '', '1000 ms');
    row('the same of the next server', ms(again), '', '1000 ms');
    row(
      'from a keystroke there to the findings, 500 of them, one when the last has its findings, median',
      ms(keystrokes.median),
      '',
      '150 ms',
    );
    row('hover on a finding while a change is analysed', milliseconds(hover), '', '20 ms');
    row('code actions there', milliseconds(codeActions), '', '20 ms');
  }
  for (const [of, part] of [
    ['the engine', memory],
    ["the server's process", server],
  ]) {
    if (!part) continue;
    const { count, before, edited, opened } = part.result;
    row(`resident memory of ${of} before edits`, mb(before), '', '');
    row(`after ${count} edits`, `${mb(edited)} (${change(before, edited)})`, '', '±10%');
    row('after 200 files were opened and closed', `${mb(opened)} (${change(before, opened)})`, '', '±10%');
  }
  return `| measured | | processor | goal |
| --- | --- | --- | --- |
${rows.join('\n')}

${missed({ own, typing, memory, server })}
`;
}

/** The goals that were not met, by how much, and what stands in the way. */
function missed({ own, typing, memory, server }) {
  const goals = [];
  if (own) goals.push(['the cold check', own.result.cold.wall.median, 0.8], ['peak memory', own.result.peak, 150]);
  if (typing) goals.push(['the median edit', typing.result.wall.median, 50], ['the 95th percentile of edits', typing.result.wall.p95, 120]);
  if (server) {
    const { first, hover, codeActions, keystrokes } = server.result;
    goals.push(
      ['a keystroke', keystrokes.median, 150],
      ['the first findings', first, 1000],
      ['hover', hover.median, 20],
      ['code actions', codeActions.median, 20],
    );
  }
  for (const part of [memory, server])
    if (part) goals.push(['memory after edits and files', Math.max(part.result.edited, part.result.opened), part.result.before * 1.1]);
  const over = goals.filter(([, value, goal]) => value > goal).map(([name, value, goal]) => `${name} (${(value / goal).toFixed(1)} times)`);
  if (over.length === 0) return 'Every goal of this table is met.';
  return `Over their goals: ${over.join(', ')}. A cold check explores; an edit costs reading what changed, linking the folder and slicing
the lifetimes that see the changed function otherwise, and, where it changes what constructors do, exploring their pairs again.`;
}

function larger({ large, tree }) {
  if (!large) return '';
  const rows = large.result.map(
    ({ path, size, cold, warm, peak, findings, verdicts, incomplete }) =>
      `| \`${path}\` | ${size.files} | ${thousands(size.lines)} | ${thousands(size.parsed)} | ${cold.wall.median.toFixed(0)} s | ${cold.cpu.median.toFixed(0)} s | ${((cold.cpu.median / size.parsed) * 1e6).toFixed(0)} µs | ${warm.wall.median.toFixed(1)} s | ${warm.cpu.median.toFixed(1)} s | ${mb(peak)} | ${findings} | ${verdicts} (${incomplete}) |`,
  );
  return `## Larger trees

Folders of Linux ${tree.replace('full-', '')}. Parsed are the lines of the files that may be joined to a call with which a lifetime or a finding begins. Memory is
the sum over all processes. The goals for \`drivers\` on two processors are 180 s cold, 20 s warm and 2000 MB.

| | files | lines | parsed | cold | processor | for each parsed line | warm | processor | memory | findings | verdicts (incomplete) |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

function beside({ own, tools }) {
  if (!own || !tools) return '';
  const rows = tools.result.map(
    (tool) =>
      `| ${tool.name} ${tool.version}${failures(tool)} | ${seconds(tool.wall)} | ${seconds(tool.cpu)} | ${ratio(tool, own.result)} |`,
  );
  return `## Beside other checkers

On the C files of \`drivers/cxl\`. None of them explores interleavings; how long one waits is what is compared. \`times\` is their processor
time as a multiple of that of a cold check.

| | clock | processor | times |
| --- | --- | --- | --- |
| devres-lens, cold | ${seconds(own.result.cold.wall)} | ${seconds(own.result.cold.cpu)} | 1 |
${rows.join('\n')}

![The same as bars on a logarithmic scale](benchmarks.svg)
`;
}

/** Lifetimes of the whole tree that the table shows. */
const SHOWN = 25;

function lifetimes({ lifetimes: own, worst, tree }) {
  const parts = [];
  if (own) parts.push(`Of \`drivers/cxl\`, all:\n\n${lifetimeTable(own.result)}`);
  if (worst && worst.result.length > 0) {
    const slow = worst.result.filter(({ ms }) => ms > 2000);
    const cut = slow.filter(({ incomplete }) => incomplete > 0);
    parts.push(`Of \`drivers\` of Linux ${tree.replace('full-', '')}, the ${SHOWN} slowest of ${worst.result.length}; ${slow.length} take more than 2 s, of which ${cut.length} are incomplete:

${lifetimeTable(worst.result.slice(0, SHOWN))}`);
  }
  if (parts.length === 0) return '';
  return `## States

Of each lifetime, over all pairs of its threads. A lifetime has a budget of steps, which do not depend on the machine.

${parts.join('\n\n')}
`;
}

function lifetimeTable(rows) {
  const lines = rows.map(
    (row) =>
      `| \`${row.action}\` | \`${row.object}\` | ${row.pairs} | ${row.states} | ${row.steps} | ${ms(row.ms)} | ${row.incomplete} | ${row.reason} |`,
  );
  return `| teardown | struct | pairs | states | steps | processor | incomplete | because |
| --- | --- | --- | --- | --- | --- | --- | --- |
${lines.join('\n')}`;
}

function thousands(number) {
  return `${Math.round(number / 1000)}k`;
}

/** Processor seconds of each tool as bars on a logarithmic scale: an SVG that reads on light and dark ground. */
export function plot({ own, tools }) {
  const { warm, cold } = own?.result ?? {};
  const bars = [
    ...(own ? [{ name: 'devres-lens, warm', value: warm.cpu.median, own: true }] : []),
    ...(own ? [{ name: 'devres-lens, cold', value: cold.cpu.median, own: true }] : []),
    ...(tools?.result ?? []).map(({ name, cpu }) => ({ name, value: cpu.median, own: false })),
  ].sort((a, b) => a.value - b.value);
  const [left, width, row] = [230, 380, 30];
  const scale = (value) => (Math.log10(Math.max(value, 0.05) / 0.05) / Math.log10(1000 / 0.05)) * width;
  const height = bars.length * row + 40;
  const ticks = [0.1, 1, 10, 100, 1000];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 ${height}" font-family="sans-serif" font-size="13">
<title>Processor seconds of devres-lens and of other checkers on the same files</title>
<style>text { fill: #57606a } line { stroke: #8b949e55 } .own { fill: #1f6feb } .other { fill: #8b949e }</style>
${ticks.map((tick) => `<line x1="${left + scale(tick)}" x2="${left + scale(tick)}" y1="8" y2="${height - 28}"/><text x="${left + scale(tick)}" y="${height - 10}" text-anchor="middle">${tick} s</text>`).join('\n')}
${bars
  .map(
    ({ name, value, own: mine }, i) =>
      `<text x="${left - 10}" y="${i * row + 28}" text-anchor="end">${escaped(name)}</text><rect class="${mine ? 'own' : 'other'}" x="${left}" y="${i * row + 14}" width="${scale(value).toFixed(1)}" height="18" rx="3"/><text x="${left + scale(value) + 8}" y="${i * row + 28}">${value.toPrecision(2)} s</text>`,
  )
  .join('\n')}
</svg>
`;
}

/** Errors end the reading of a file early, so its time is less than it would be. */
function failures({ runs, failed }) {
  return failed > 0 ? `, with errors in ${failed} of ${runs} runs` : '';
}

function escaped(text) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}

function seconds({ median, least, greatest }) {
  return `${median.toFixed(2)} s (${least.toFixed(2)}–${greatest.toFixed(2)})`;
}

function milliseconds({ median, least, greatest }) {
  return `${ms(median)} (${Math.round(least)}–${Math.round(greatest)})`;
}

function ms(value) {
  return `${Math.round(value)} ms`;
}

function mb(value) {
  return `${Math.round(value)} MB`;
}

function change(before, after) {
  const percent = Math.round((after / before - 1) * 100);
  return `${percent > 0 ? '+' : ''}${percent}%`;
}

function ratio({ cpu }, own) {
  return (cpu.median / own.cold.cpu.median).toPrecision(2);
}
