/** Error numbers whose names are more than letters and digits, all of them (include/linux/errno.h). */
const LONG_NAMES: ReadonlySet<string> = new Set(['EPROBE_DEFER', 'ERESTART_RESTARTBLOCK']);

/** The name is that of an error number: what functions return negated (include/uapi/asm-generic/errno.h, include/linux/errno.h). */
export function isErrno(name: string): boolean {
  return /^E[A-Z0-9]+$/.test(name) || LONG_NAMES.has(name);
}
