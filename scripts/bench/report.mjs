// The results as a page and a plot.

/** A page in Markdown. */
export function table(results) {
  const { machine, version, folder, file, own, typed, kept, lifetimes, large, others } = results;
  const { stats } = own;
  return `# Benchmarks

Made by \`npm run bench${results.quick ? ' -- --quick' : ''}\` on ${machine}. \`${folder}\` of Linux ${version}: ${stats.files} files, ${stats.lines} lines.
Processor times count all processes of a command; they vary less on a busy machine than those of the clock. Medians, with the least and the
greatest in brackets.

| measured | clock | processor | goal |
| --- | --- | --- | --- |
| cold: \`check ${folder}\`, from the start of the process | ${seconds(own.cold.wall)} | ${seconds(own.cold.cpu)} | 0.8 s |
| warm: the same again | ${seconds(own.warm.wall)} | ${seconds(own.warm.cpu)} | 0.3 s |
| typing in \`${file}\`, ${typed.count} edits: from a change to the findings of the folder, median | ${ms(typed.wall.median)} | ${ms(typed.cpu.median)} | 50 ms |
| the same, 95th percentile | ${ms(typed.wall.p95)} | ${ms(typed.cpu.p95)} | 120 ms |
| peak memory of the cold check | ${mb(own.peak)} | | 150 MB |
| resident memory before edits | ${mb(kept.before)} | | |
| after ${kept.count} edits | ${mb(kept.edited)} (${change(kept.before, kept.edited)}) | | ±10% |
| after 200 files were opened and closed | ${mb(kept.opened)} (${change(kept.before, kept.opened)}) | | ±10% |

${missed(results)}
${large.length > 0 ? `\n## Larger trees\n\n${largeTable(large)}` : ''}
## Beside other checkers

On the C files of the same folder. None of them explores interleavings; how long one waits is what is compared. \`times\` is their processor
time as a multiple of that of a cold check.

| | clock | processor | times |
| --- | --- | --- | --- |
| devres-lens, cold | ${seconds(own.cold.wall)} | ${seconds(own.cold.cpu)} | 1 |
${others.map((tool) => `| ${tool.name} ${tool.version}${failures(tool)} | ${seconds(tool.wall)} | ${seconds(tool.cpu)} | ${ratio(tool, own)} |`).join('\n')}

![The same as bars on a logarithmic scale](benchmarks.svg)

## States

Of each lifetime, over all pairs of its threads.

| teardown | struct | pairs | states | incomplete |
| --- | --- | --- | --- | --- |
${lifetimes.map((row) => `| \`${row.action}\` | \`${row.object}\` | ${row.pairs} | ${row.states} | ${row.incomplete} |`).join('\n')}
`;
}

/** The goals that this run did not meet, by how much, and what stands in the way. */
function missed({ own, typed }) {
  const goals = [
    ['the cold check', own.cold.wall.median, 0.8],
    ['the median edit', typed.wall.median, 50],
    ['the 95th percentile of edits', typed.wall.p95, 120],
    ['peak memory', own.peak, 150],
  ];
  const over = goals.filter(([, value, goal]) => value > goal).map(([name, value, goal]) => `${name} (${(value / goal).toFixed(1)} times)`);
  if (over.length === 0) return 'Every goal is met.';
  return `Over their goals: ${over.join(', ')}. Two thirds of a cold check explore one struct (see States); an edit costs reading its file, linking the folder and slicing
its lifetimes, and, where it changes what constructors do, exploring their pairs again.`;
}

function largeTable(large) {
  const rows = large.map(
    ({ path, stats, cold, warm, peak, findings, verdicts, incomplete }) =>
      `| \`${path}\` | ${stats.files} | ${stats.lines} | ${seconds(cold.wall)} | ${seconds(cold.cpu)} | ${seconds(warm.wall)} | ${mb(peak)} | ${findings} | ${verdicts} (${incomplete}) |`,
  );
  return `Lines are those of the parts that were parsed; memory is that of the largest process.

| | files | lines | cold | processor | warm | memory | findings | verdicts (incomplete) |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

/** Processor seconds of each tool as bars on a logarithmic scale: an SVG that reads on light and dark ground. */
export function plot({ own, others }) {
  const bars = [
    { name: 'devres-lens, warm', value: own.warm.cpu.median, own: true },
    { name: 'devres-lens, cold', value: own.cold.cpu.median, own: true },
    ...others.map(({ name, cpu }) => ({ name, value: cpu.median, own: false })),
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
