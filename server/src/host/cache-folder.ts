import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Where this user's results are kept between runs: below XDG_CACHE_HOME where that is set (relative paths do not count, as the XDG base
 * directory specification says), else in the place that the system has for such files.
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  return join(userCaches(env, platform), 'devres-lens', 'results');
}

function userCaches(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME)) return env.XDG_CACHE_HOME;
  if (platform === 'win32') return env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local');
  return platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache');
}
