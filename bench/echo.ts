import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { startPart } from '../board/virtual/part.ts';

/**
 * The floor of a key press: round trips, in ms, to another Node process that does nothing but read a few bytes from a
 * Unix socket and answer with as many bytes as the changed pixels have.
 */
export async function echoed(dir: string, bytes: number, rounds: number): Promise<number[]> {
  const path = join(dir, 'echo.sock');
  const up = Promise.withResolvers<void>();
  const part = startPart('echo', [import.meta.filename, path, String(bytes)], { GUITAI_DIR: dir }, () => up.resolve());
  await up.promise;
  const socket = connect(path);
  await once(socket, 'connect');
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    socket.write(new Uint8Array(8));
    for (let missing = bytes; missing > 0; ) missing -= (await once(socket, 'data'))[0].length;
    times.push(performance.now() - start);
    // Pauses as a finger does: for the terminal too, the processor must first wake up from sleep.
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  socket.destroy();
  await part.stop();
  return times;
}

if (import.meta.main) {
  const [path = '', bytes = '0'] = process.argv.slice(2);
  const answer = new Uint8Array(Number(bytes));
  const server = createServer((socket) => {
    socket.on('data', () => socket.write(answer));
    socket.on('error', () => socket.destroy());
  });
  server.listen(path, () => process.stdout.write('up\n'));
}
