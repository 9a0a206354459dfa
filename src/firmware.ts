import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * SHA-256 over the names and bytes of the program's sources, by name: tells the key centre which firmware runs here.
 */
export function firmwareDigest(root: string): string {
  const hash = createHash('sha256');
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  for (const file of files.sort()) {
    hash.update(file);
    hash.update(readFileSync(join(root, 'src', file)));
  }
  return hash.digest('hex').toUpperCase();
}
